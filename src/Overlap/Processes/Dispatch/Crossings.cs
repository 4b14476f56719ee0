using System.Collections.Concurrent;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>What of a pool crosses to its workers beside the calls: memory for large arguments, tokens, receivers of progress.</summary>
/// <param name="arguments">Where large arguments are put.</param>
/// <param name="buffers">The memory of buffers.</param>
/// <param name="isShared">Whether the workers see both.</param>
/// <param name="onCanceled">Told of the number of a token that is cancelled.</param>
internal sealed class Crossings(LentMemory arguments, BufferRental buffers, bool isShared, Action<long> onCanceled)
{
    private readonly Lock _placesGate = new();

    // Guarded by _placesGate: where in the workers' tables a token may still be noted.
    private Queue<long>? _freeNumbers;
    private long _numbers;
    private long _lastReceiver;

    // Most pools never have any: made with the first.
    private ConcurrentDictionary<long, IProgressReceiver>? _receivers;
    private ConcurrentDictionary<long, KnownToken>? _tokens;

    public LentMemory Arguments { get; } = arguments;

    public BufferRental Buffers { get; } = buffers;

    /// <summary>Whether the workers see <see cref="Arguments"/>, so that parts of a payload may lie there.</summary>
    public bool IsShared { get; } = isShared;

    /// <summary>The tokens that are known now and cancelled: a new worker is told of them.</summary>
    public IEnumerable<long> Tokens => Volatile.Read(ref _tokens) is { } tokens
        ? tokens.Where(static known => known.Value.Token.IsCancellationRequested).Select(static known => known.Key)
        : [];

    public long AddToken(CancellationToken token)
    {
        long number = TakeNumber();
        ConcurrentDictionary<long, KnownToken> tokens = LazyInitializer.EnsureInitialized(ref _tokens);
        tokens[number] = new KnownToken(default, token);
        tokens[number] = new KnownToken(token.UnsafeRegister(_ => onCanceled(number), null), token);
        return number;
    }

    public void RemoveToken(long number)
    {
        if (_tokens!.TryRemove(number, out KnownToken known))
        {
            _ = known.Registration.Unregister();
            using Lock.Scope held = _placesGate.EnterScope();

            // Another number for the same place, so that a worker never takes the next token for this one.
            (_freeNumbers ??= new Queue<long>()).Enqueue(number + SegmentLayout.TokenCount);
        }
    }

    public long AddProgress(IProgressReceiver receiver)
    {
        long number = Interlocked.Increment(ref _lastReceiver);
        LazyInitializer.EnsureInitialized(ref _receivers)[number] = receiver;
        return number;
    }

    public void RemoveProgress(long number) => _ = _receivers!.TryRemove(number, out _);

    /// <summary>The receiver of a number; <see langword="null"/> when its call has ended.</summary>
    public IProgressReceiver? FindProgress(long number) => Volatile.Read(ref _receivers)?.GetValueOrDefault(number);

    private long TakeNumber()
    {
        using Lock.Scope held = _placesGate.EnterScope();
        return _numbers < SegmentLayout.TokenCount - 1
            ? ++_numbers
            : _freeNumbers?.TryDequeue(out long number) == true
                ? number
                : throw new InvalidOperationException(
                    $"More than {SegmentLayout.TokenCount - 1} cancellation tokens are captured by calls under way.");
    }

    // A registration does not know its token when that was cancelled before.
    private readonly record struct KnownToken(CancellationTokenRegistration Registration, CancellationToken Token);
}
