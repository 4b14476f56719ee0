using Overlap.Waiting;

namespace Overlap.Testing.Actors;

/// <summary>A token that ends when the test's patience does, or its own token.</summary>
/// <remarks>Under the race explorer there is no real time: there the explorer sees what waits for ever.</remarks>
internal sealed class ActorPatience : IDisposable
{
    private readonly CancellationTokenSource? _source;
    private readonly CancellationToken _outer;

    public ActorPatience(TimeSpan patience, CancellationToken outer)
    {
        _outer = outer;
        if (Interleaver.Current is null)
        {
            _source = CancellationTokenSource.CreateLinkedTokenSource(outer);
            _source.CancelAfter(patience);
        }
    }

    public CancellationToken Token => _source?.Token ?? _outer;

    public bool IsLost => _source is not null && !_outer.IsCancellationRequested;

    public void Dispose() => _source?.Dispose();
}
