using System.Diagnostics;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>One link to a server, and all who use it: what they send goes out in the order in which they came, in as few pieces as it comes to.</summary>
/// <remarks>
/// Order: replies come in the order of the batches, and a batch's commands follow one another without another's between them.
/// Race: any number may call; one writes for all, one reads for all. Who gives up waits no more, but what it sent is carried out.
/// Whoever has read the last reply that came goes on with the one who awaited it, when the reading is in other hands: so a reply wakes one thread,
/// and a caller that blocks holds up nobody else.
/// Memory: what is queued and not yet sent, and one entry for each batch under way.
/// Cost: a batch that finds nobody writing is sent at once by its caller; what comes meanwhile goes out together.
/// Invariants: R1, R2 and R3 of the folder's README.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
internal sealed class RespConnection : IAsyncDisposable
{
    private const int ReadBytes = 64 * 1024;

    // A buffer that a large batch has blown up is not kept.
    private const int KeptBytes = 1024 * 1024;

    private readonly Stream _stream;
    private readonly RespConnectionOptions _options;
    private readonly RespParser _parser;
    private readonly TimeProvider _clock;
    private readonly ITimer _watch;
    private readonly TaskCompletionSource<Exception> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _unread = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Queue<RespPending> _pending = new();
    private byte[] _out = new byte[4096];
    private byte[] _spare = new byte[4096];
    private int _outCount;
    private long _queued;
    private long _handed;
    private bool _isWriting;
    private Exception? _end;

    // Written by the reader, read by the watch.
    private long _lastHeard;

    public RespConnection(Stream stream, RespConnectionOptions options)
    {
        _stream = stream;
        _options = options;
        _clock = options.TimeProvider;
        _parser = new RespParser(options.Limits);
        _lastHeard = _clock.GetTimestamp();
        TimeSpan tick = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerMillisecond, Math.Min(options.IdlePing.Ticks, options.ReplyTimeout.Ticks) / 4));
        _watch = _clock.CreateTimer(static self => ((RespConnection)self!).Watch(), this, tick, tick);
        _ = ReadAsync(new byte[ReadBytes], 0, null);
    }

    /// <summary>What the server knows this link by; 0 if it does not tell.</summary>
    public long Id { get; set; }

    /// <summary>The version of the protocol.</summary>
    public int Protocol { get; set; } = 2;

    /// <summary>Ends when the link has ended, with the reason.</summary>
    public Task<Exception> Ended => _ended.Task;

    public bool IsAlive
    {
        get
        {
            return Volatile.Read(ref _end) is null;
        }
    }

    private string DebuggerText => $"link {Id}, {_pending.Count} batches under way{(_end is null ? "" : ", ended")}";

    /// <summary>Sends commands and awaits their replies; refusals are among these, and nothing is thrown for them.</summary>
    /// <exception cref="RespLinkException">The link ended before all replies were there.</exception>
    public Task<RespValue[]> ExecuteAsync(RespBatch batch)
    {
        RespPending pending;
        bool mustWrite;
        ReadOnlySpan<byte> bytes = batch.Bytes;
        _gate.Enter();
        try
        {
            if (_end is not null)
            {
                return Task.FromException<RespValue[]>(new RespLinkException(_end.Message, wasSent: false, _end));
            }

            if (_out.Length - _outCount < bytes.Length)
            {
                Array.Resize(ref _out, checked(Math.Max(_out.Length * 2, _outCount + bytes.Length)));
            }

            bytes.CopyTo(_out.AsSpan(_outCount));
            pending = new RespPending(batch.Replies, _queued, _clock.GetTimestamp(), batch.Patience);
            _outCount += bytes.Length;
            _queued += bytes.Length;
            _pending.Enqueue(pending);
            mustWrite = !_isWriting;
            _isWriting = true;
        }
        finally
        {
            _gate.Exit();
        }

        if (mustWrite)
        {
            _ = WriteAsync();
        }

        return pending.Completion;
    }

    /// <summary>Ends the link. What is under way fails.</summary>
    public void Abort(Exception reason) => End(reason);

    public async ValueTask DisposeAsync()
    {
        End(new ObjectDisposedException(nameof(RespConnection)));
        await _unread.Task.ConfigureAwait(false);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (true)
            {
                ReadOnlyMemory<byte> piece;
                _gate.Enter();
                try
                {
                    if (_outCount == 0 || _end is not null)
                    {
                        _isWriting = false;
                        return;
                    }

                    (_out, _spare) = (_spare, _out);
                    piece = _spare.AsMemory(0, _outCount);
                    _outCount = 0;
                    // R2: counted as sent before the socket sees it, so that "not sent" is certain.
                    _handed += piece.Length;
                }
                finally
                {
                    _gate.Exit();
                }

                await _stream.WriteAsync(piece).ConfigureAwait(false);
                if (_spare.Length > KeptBytes)
                {
                    _spare = new byte[4096];
                }
            }
        }
        catch (Exception error)
        {
            End(error);
        }
    }

    // Reads until the link ends, or until it has handed the reading on.
    private async Task ReadAsync(byte[] buffer, int filled, ValueTask<int>? begun)
    {
        try
        {
            ValueTask<int> reading = begun ?? _stream.ReadAsync(buffer.AsMemory(filled));
            while (true)
            {
                // What is there at once is read in the middle of somebody's call: on such a stack nobody is gone on with.
                bool isOwnStack = !reading.IsCompleted;
                int read = await reading.ConfigureAwait(false);
                if (read == 0)
                {
                    throw new EndOfStreamException("The server has closed the link.");
                }

                Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
                RespPending? last = AcceptAll(buffer, filled + read, out filled);
                reading = _stream.ReadAsync(buffer.AsMemory(filled));
                if (last is null)
                {
                    continue;
                }

                if (isOwnStack && !reading.IsCompleted)
                {
                    _ = ReadAsync(buffer, filled, reading);
                    last.Complete();
                    return;
                }

                last.CompleteElsewhere();
            }
        }
        catch (Exception error)
        {
            End(error);
            _unread.TrySetResult();
        }
    }

    /// <summary>Hands out what is whole, and moves the rest to the front.</summary>
    /// <returns>The last batch that is done, which is still to be told so.</returns>
    private RespPending? AcceptAll(byte[] buffer, int filled, out int left)
    {
        RespPending? last = null;
        int used = 0;
        bool isWhole = true;
        while (isWhole)
        {
            isWhole = _parser.TryRead(buffer.AsSpan(used, filled - used), out int consumed, out RespValue value);
            used += consumed;
            if (isWhole && Accept(value) is { } done)
            {
                last?.CompleteElsewhere();
                last = done;
            }
        }

        left = filled - used;
        buffer.AsSpan(used, left).CopyTo(buffer);
        return last;
    }

    private RespPending? Accept(in RespValue value)
    {
        if (IsMessage(value))
        {
            _options.OnPush?.Invoke(value);
            return null;
        }

        _gate.Enter();
        try
        {
            if (!_pending.TryPeek(out RespPending? pending))
            {
                throw new RespProtocolException("The server sent a reply that nobody asked for.");
            }

            return pending.Add(value) ? _pending.Dequeue() : null;
        }
        finally
        {
            _gate.Exit();
        }
    }

    // R3: on a link that listens, what is no message is the reply to the oldest command.
    private bool IsMessage(in RespValue value)
    {
        if (!_options.IsListener)
        {
            return value.Kind == RespKind.Push;
        }

        ReadOnlySpan<RespValue> items = value.Items;
        return items.Length > 0 && (items[0].Is("message"u8) || items[0].Is("pmessage"u8));
    }

    // R1: a link on which nothing is heard for as long as a reply may take, though one is awaited, is dead; an idle one is asked for a reply.
    private void Watch()
    {
        TimeSpan silence = _clock.GetElapsedTime(Volatile.Read(ref _lastHeard));
        RespPending? oldest;
        _gate.Enter();
        try
        {
            _pending.TryPeek(out oldest);
        }
        finally
        {
            _gate.Exit();
        }

        if (oldest is null)
        {
            if (silence >= _options.IdlePing)
            {
                RespBatch ping = new();
                ping.Add("PING");
                _ = Ignore(ExecuteAsync(ping));
            }
        }
        else if (silence > _options.ReplyTimeout + oldest.Patience && _clock.GetElapsedTime(oldest.QueuedAt) > _options.ReplyTimeout + oldest.Patience)
        {
            End(new TimeoutException($"The server has not replied for {silence.TotalSeconds:F1} s."));
        }
    }

    private static async Task Ignore(Task task) => await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private void End(Exception reason)
    {
        RespPending[] pendings;
        long handed;
        _gate.Enter();
        try
        {
            if (_end is not null)
            {
                return;
            }

            _end = reason;
            pendings = [.. _pending];
            _pending.Clear();
            handed = _handed;
        }
        finally
        {
            _gate.Exit();
        }

        _watch.Dispose();
        _stream.Dispose();
        foreach (RespPending pending in pendings)
        {
            pending.Fail(new RespLinkException(reason.Message, wasSent: pending.Start < handed, reason));
        }

        _ended.TrySetResult(reason);
    }
}
