using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>One source that several branches share: read by one pump from the moment when all branches are enumerated until none is any more.</summary>
/// <remarks>
/// Race: the branch that leaves last stops the pump and joins it, so the source has been disposed when that branch has ended.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "The branch that leaves last disposes what the hub owns.")]
internal sealed class BranchHub<T> : IInputWatch
{
    private readonly IAsyncEnumerable<T> _source;
    private readonly StageQueue<T>[] _queues;
    private readonly StageMeter?[] _meters;                                // Written before the pump begins.
    private readonly Func<T, CancellationToken, ValueTask<int>>? _route;   // Null: every branch gets every item.
    private readonly ItemErrorPolicy _onError;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly bool[] _isBegun;
    private int _begun;
    private int _left;
    private Task? _pump;

    private bool _endedByDisposal;   // Written by the pump, read after its end.

    public BranchHub(IAsyncEnumerable<T> source, int branches, int capacity, Func<T, int>? route, ItemErrorPolicy onError)
    {
        _source = source;
        _route = route is null ? null : (item, _) => new ValueTask<int>(route(item));
        _onError = onError;
        _meters = new StageMeter?[branches];
        _isBegun = new bool[branches];
        _queues = new StageQueue<T>[branches];
        Branches = new BranchStage<T>[branches];
        for (int i = 0; i < branches; i++)
        {
            _queues[i] = new StageQueue<T>(capacity, 1, meter: null);
            Branches[i] = new BranchStage<T>(this, i);
        }
    }

    public BranchStage<T>[] Branches { get; }

    /// <summary>Claims a branch for its one enumeration.</summary>
    /// <exception cref="InvalidOperationException">It was enumerated before.</exception>
    public StageQueue<T> Claim(int branch, StageMeter? meter)
    {
        _gate.Enter();
        bool isSecond = _isBegun[branch];
        _isBegun[branch] = true;
        _gate.Exit();
        if (isSecond)
        {
            throw new InvalidOperationException("A branch can be enumerated once.");
        }

        _meters[branch] = meter;
        _queues[branch].MeasureBy(meter);
        return _queues[branch];
    }

    // One wait is that of all branches.
    void IInputWatch.BeginInputWait()
    {
        foreach (StageMeter? meter in _meters)
        {
            meter?.BeginInputWait();
        }
    }

    void IInputWatch.EndInputWait()
    {
        foreach (StageMeter? meter in _meters)
        {
            meter?.EndInputWait();
        }
    }

    /// <summary>A branch waits for its first item: with the last one the reading begins.</summary>
    public void Begin()
    {
        _gate.Enter();
        if (++_begun == _queues.Length)
        {
            _pump = PumpAsync();
        }

        _gate.Exit();
    }

    /// <summary>A branch has ended, by itself or because its consumer left.</summary>
    /// <returns>Whether the source failed when it was disposed.</returns>
    public async Task<bool> LeaveAsync()
    {
        _gate.Enter();
        Task? pump = ++_left == _queues.Length ? _pump : null;
        _gate.Exit();
        if (pump is null)
        {
            return false;
        }

        SourcePump.Cancel(_stop);
        await pump.ConfigureAwait(Interleaver.KeepsContext);
        _stop.Dispose();
        return _endedByDisposal;
    }

    private async Task PumpAsync()
    {
        PumpEnd end = await SourcePump.RunAsync(_source, _route is null ? GiveAllAsync : GiveOneAsync, mayPull: null, this, _stop.Token)
            .ConfigureAwait(Interleaver.KeepsContext);
        _endedByDisposal = end.IsDisposal;
        for (int i = 0; i < _queues.Length; i++)
        {
            _queues[i].End(end);
            Branches[i].OnPumpEnded();
        }
    }

    private async ValueTask<bool> GiveAllAsync(T item)
    {
        bool isWanted = false;
        foreach (StageQueue<T> queue in _queues)
        {
            isWanted |= await queue.AddAsync(item).ConfigureAwait(Interleaver.KeepsContext);
        }

        return isWanted;
    }

    // What goes to a branch that nobody reads any more is refused and counted there as discarded: the other branches go on.
    private async ValueTask<bool> GiveOneAsync(T item)
    {
        try
        {
            ValueTask<int> branch = _onError.IsStop ? _route!(item, _stop.Token) : _onError.RunAsync(_route!, item, _stop.Token);
            await _queues[await branch.ConfigureAwait(Interleaver.KeepsContext)].AddAsync(item).ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (ItemSkippedException)
        {
            // It has been reported, and is in no branch.
        }

        return true;
    }
}
