using System.Collections.Concurrent;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>What of a pool crosses to its workers beside the calls: memory for large arguments, tokens, receivers of progress.</summary>
/// <param name="arguments">Where large arguments are put.</param>
/// <param name="isShared">Whether the workers see it.</param>
/// <param name="onCanceled">Told of the number of a token that is cancelled.</param>
internal sealed class Crossings(LentMemory arguments, bool isShared, Action<long> onCanceled)
{
    private readonly ConcurrentDictionary<long, IProgressReceiver> _receivers = new();
    private readonly ConcurrentDictionary<long, CancellationTokenRegistration> _tokens = new();
    private readonly Lock _placesGate = new();

    // Guarded by _placesGate: where in the workers' tables a token may still be noted.
    private readonly Queue<long> _freeNumbers = new();
    private long _numbers;
    private long _lastReceiver;

    public LentMemory Arguments { get; } = arguments;

    /// <summary>Whether the workers see <see cref="Arguments"/>, so that parts of a payload may lie there.</summary>
    public bool IsShared { get; } = isShared;

    /// <summary>The tokens that are known now and cancelled: a new worker is told of them.</summary>
    public IEnumerable<long> Tokens => _tokens.Where(static token => token.Value.Token.IsCancellationRequested).Select(static token => token.Key);

    public long AddToken(CancellationToken token)
    {
        long number = TakeNumber();
        _tokens[number] = default;
        _tokens[number] = token.UnsafeRegister(_ => onCanceled(number), null);
        return number;
    }

    public void RemoveToken(long number)
    {
        if (_tokens.TryRemove(number, out CancellationTokenRegistration registration))
        {
            registration.Unregister();
            using Lock.Scope held = _placesGate.EnterScope();

            // Another number for the same place, so that a worker never takes the next token for this one.
            _freeNumbers.Enqueue(number + SegmentLayout.TokenCount);
        }
    }

    public long AddProgress(IProgressReceiver receiver)
    {
        long number = Interlocked.Increment(ref _lastReceiver);
        _receivers[number] = receiver;
        return number;
    }

    public void RemoveProgress(long number) => _ = _receivers.TryRemove(number, out _);

    /// <summary>The receiver of a number; <see langword="null"/> when its call has ended.</summary>
    public IProgressReceiver? FindProgress(long number) => _receivers.GetValueOrDefault(number);

    private long TakeNumber()
    {
        using Lock.Scope held = _placesGate.EnterScope();
        return _numbers < SegmentLayout.TokenCount - 1
            ? ++_numbers
            : _freeNumbers.TryDequeue(out long number)
                ? number
                : throw new InvalidOperationException(
                    $"More than {SegmentLayout.TokenCount - 1} cancellation tokens are captured by calls under way.");
    }
}
