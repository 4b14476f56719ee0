using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Overlap.Executors;

namespace Overlap.Processes.Dispatch;

/// <summary>One run of a <see cref="BatchedMap{T, TResult}"/>: the consumer drives it, results lie ready in pieces.</summary>
/// <remarks>
/// How many items make a piece follows from how long they take: about <see cref="PieceNanoseconds"/> of work, one while nothing is known. A worker
/// takes a piece's items in strides and the pool takes back what a worker has not started, so a slow item holds up no other for long.
/// Used by one consumer.
/// </remarks>
internal sealed class BatchedMapEnumerator<T, TResult> : IAsyncEnumerator<TResult>
{
    private const double PieceNanoseconds = 500_000;
    private const int LargestPiece = 16 * 1_024;

    // Arrays up to this many bytes are not among the collector's large ones.
    private const int LargestArray = 80_000;
    private const int MostSpares = 8;
    private const int LargestPieceBytes = 64 * 1_024;
    private const int PiecesPerWorker = 3;
    private const int LeastWindow = 64;

    private readonly WorkerPool _pool;
    private readonly Callable<T, TResult> _callable;
    private readonly MapOptions _options;
    private readonly ProcessCallOptions _calls;
    private readonly CancellationToken _first;
    private readonly CancellationToken _second;
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenRegistration _registration;
    private readonly ItemFeed<T> _feed;
    private readonly WakeSignal _signal = new();
    private readonly CallBorder _border;
    private PoolFunction<T, TResult>? _function;

    // The pieces in the order of the source: the consumer reads the first.
    private MapPiece<T, TResult>? _head;
    private MapPiece<T, TResult>? _tail;
    private int _at;

    // The stretch of results that can be given without looking: from the current one to before the ready end.
    private TResult[] _results = [];
    private int _index;
    private int _ready;

    // Arrays of pieces that were given, for those to come.
    private readonly Stack<MapBlock<T, TResult>> _spares = new();
    private Task? _announced;
    private int _pending;
    private Exception? _refusal;
    private bool _isDisposed;

    public BatchedMapEnumerator(
        WorkerPool pool,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        MapOptions options,
        ProcessCallOptions calls,
        CancellationToken first,
        CancellationToken second)
    {
        _pool = pool;
        _callable = callable;
        _options = options;
        _calls = calls;
        _first = first;
        _second = second;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        _feed = new ItemFeed<T>(source, _stop.Token);
        _border = new CallBorder(pool.Crossings);
        _registration = _stop.Token.UnsafeRegister(static signal => ((WakeSignal)signal!).Set(), _signal);
    }

    public TResult Current => _results[_index];

    public ValueTask<bool> MoveNextAsync()
    {
        int next = _index + 1;
        if (next < _ready && !_stop.IsCancellationRequested)
        {
            _index = next;
            return new ValueTask<bool>(true);
        }

        return MoveNextSlowlyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _ready = 0;
        await _registration.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        for (MapPiece<T, TResult>? piece = _head; piece is not null; piece = piece.Following)
        {
            if (!piece.IsEnded)
            {
                _pool.Cancel(piece);
            }
        }

        for (MapPiece<T, TResult>? piece = _head; piece is not null; piece = piece.Following)
        {
            while (!piece.IsEnded)
            {
                await _signal.WaitAsync().ConfigureAwait(false);
            }
        }

        await _feed.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        _border.End();
        if (_function is { } function)
        {
            _pool.Forget(function);
        }
    }

    // As with an iterator, whatever ends the enumeration has settled it before the consumer hears of it.
    private async ValueTask<bool> MoveNextSlowlyAsync()
    {
        if (_isDisposed)
        {
            return false;
        }

        try
        {
            if (await TryFindNextAsync().ConfigureAwait(false))
            {
                return true;
            }
        }
        catch
        {
            await DisposeAsync().ConfigureAwait(false);
            throw;
        }

        await DisposeAsync().ConfigureAwait(false);
        return false;
    }

    private async ValueTask<bool> TryFindNextAsync()
    {
        if (_ready > 0)
        {
            _at = _index + 1 - _head!.Offset;
            _ready = 0;
        }

        while (true)
        {
            _first.ThrowIfCancellationRequested();
            _second.ThrowIfCancellationRequested();
            if (_head is { } piece)
            {
                if (_at < piece.Published)
                {
                    Give(piece);
                    return true;
                }

                if (_at >= piece.Count)
                {
                    _pending -= _at;
                    _at = 0;
                    _head = piece.Following;
                    if (piece.WholeBlock is { } block && _spares.Count < MostSpares)
                    {
                        _spares.Push(block);
                    }

                    Fill();
                    continue;
                }
            }

            Fill();
            if (_head is null && IsAtEnd())
            {
                return false;
            }

            if (_head is null || _at >= _head.Published)
            {
                await WaitAsync().ConfigureAwait(false);
            }
        }
    }

    private void Give(MapPiece<T, TResult> piece)
    {
        int published = piece.Published;
        if (piece.FailedAt <= _at)
        {
            ExceptionDispatchInfo.Throw(piece.Failure!);
        }

        _results = piece.Results;
        _index = piece.Offset + _at;
        _ready = piece.Offset + Math.Min(published, piece.FailedAt);
    }

    private bool IsAtEnd()
    {
        if (_refusal is not null)
        {
            ExceptionDispatchInfo.Throw(_refusal);
        }

        if (_feed is { IsEnded: true, Failure: { } failure })
        {
            ExceptionDispatchInfo.Throw(failure);
        }

        return _feed.IsEnded;
    }

    private ValueTask WaitAsync()
    {
        if (_feed.Pending is { } pending && pending != _announced)
        {
            _announced = pending;
            ((Task)pending).ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(_signal.Set);
        }

        return _signal.WaitAsync();
    }

    /// <summary>Pulls items while there is room for them, and sends them off in pieces.</summary>
    private void Fill()
    {
        _function ??= _pool.Functions.Bind<T, TResult>(_callable.Delegate, _border);

        while (!_feed.IsEnded && _refusal is null)
        {
            (int size, int window) = SizeNow();
            int room = Math.Min(size, window - _pending + _at);
            if (room < 1 || (room < size && _pending > 0 && room < size / 2))
            {
                return;
            }

            (T[] items, TResult[] results) = TakeArrays(room);
            int count = _feed.PullMany(items.AsSpan(0, room));
            if (count > 0)
            {
                Send(items, results, count);
            }

            if (count < room)
            {
                return;
            }
        }
    }

    private (T[] Items, TResult[] Results) TakeArrays(int length)
    {
        while (_spares.TryPop(out MapBlock<T, TResult>? spare))
        {
            if (spare.Items.Length >= length && spare.Results.Length >= length)
            {
                return (spare.Items, spare.Results);
            }
        }

        return (new T[length], new TResult[length]);
    }

    private (int Size, int Window) SizeNow()
    {
        double nanoseconds = _function!.ItemNanoseconds;
        int workers = _pool.MaxWorkers;
        int size = _calls.Deadline is not null || _calls.QueueDeadline is not null || _pool.IsRecorded || _pool.IsPaced ? 1
            : _calls.BatchSize ?? (double.IsInfinity(nanoseconds) ? 1 : (int)Math.Clamp(PieceNanoseconds / Math.Max(nanoseconds, 1), 1, LargestPiece));
        size = Math.Clamp(LargestArray / Math.Max(Unsafe.SizeOf<T>(), Unsafe.SizeOf<TResult>()), 1, size);

        int window = _options.Window ?? Math.Max(LeastWindow, (int)Math.Min(int.MaxValue, (long)size * workers * PiecesPerWorker));
        window = (int)Math.Min(window, (long)workers + _pool.QueueCapacity);
        return (Math.Clamp(size, 1, Math.Max(1, window / (2 * workers))), window);
    }

    private void Send(T[] items, TResult[] results, int count)
    {
        // Items whose size varies are cut where they become too many bytes for a frame.
        int at = 0;
        while (at < count)
        {
            int length = count - at;
            MapBlock<T, TResult>? block = null;
            while (block is null)
            {
                bool isWhole = at == 0 && length == count;
                T[] own = isWhole ? items : items.AsSpan(at, length).ToArray();
                try
                {
                    block = new MapBlock<T, TResult>(_function!, own, length, isWhole ? results : new TResult[length], _pool.Crossings);
                }
                catch (Exception exception) when (length == 1)
                {
                    Append(new MapPiece<T, TResult>(_function!, exception, _signal), submit: false);
                    break;
                }
                catch (Exception)
                {
                    length = 1;
                    continue;
                }

                if (length > 1 && block.Length > LargestPieceBytes && _function!.Arguments.FixedSize == 0)
                {
                    block.ReleasePiece();
                    block = null;
                    length = Math.Max(1, length / 4);
                }
            }

            if (block is not null)
            {
                Append(new MapPiece<T, TResult>(_function!, block, 0, length, _signal, _calls, _stop.Token), submit: true);
                if (_refusal is not null)
                {
                    return;
                }
            }

            at += length;
        }
    }

    private void Append(MapPiece<T, TResult> piece, bool submit)
    {
        if (submit)
        {
            try
            {
                _pool.Submit(piece);
            }
            catch (Exception exception)
            {
                // A refusal is the failure of those items, at their place: after the pieces before them.
                piece.ReleaseOnce();
                _refusal = exception;
                return;
            }
        }

        _pending += piece.Count;
        if (_head is null)
        {
            _head = piece;
        }
        else
        {
            // A piece that was split meanwhile has its own rest behind it.
            _tail!.Append(piece);
        }

        _tail = piece;
    }
}
