using System.Diagnostics;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>A link that is made again when it is lost. Many callers share it.</summary>
/// <remarks>
/// Order: as on one link; over a lost link there is none. Race: one makes the link for all who wait for it. Memory: that of the link.
/// Cost: that of the link; a lost one costs a pause that grows and is drawn by lot, so that not all come back at once.
/// Invariant: R4 of the folder's README.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
internal sealed class RespClient : IAsyncDisposable
{
    private const int FirstPauses = 50;

    private readonly RespConnector _connector;
    private readonly RedisLinkOptions _options;
    private readonly RespConnectionOptions _connectionOptions;
    private readonly CancellationTokenSource _disposing = new();
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private Task<RespConnection>? _connecting;
    private RespConnection? _live;
    private bool _isDisposed;

    // Owned by whoever makes the link.
    private long _lastId;
    private string? _lastRun;
    private volatile Exception? _lastError;

    /// <param name="url">Where the server is.</param>
    /// <param name="options">How links are made.</param>
    /// <param name="name">What the link is called on the server.</param>
    public RespClient(RedisUrl url, RedisLinkOptions options, string name)
        : this(url, options, name, new RespConnectionOptions())
    {
    }

    /// <inheritdoc cref="RespClient(RedisUrl, RedisLinkOptions, string)"/>
    public RespClient(RedisUrl url, RedisLinkOptions options, string name, RespConnectionOptions connectionOptions)
    {
        Address = url.Address;
        _options = options;
        _connector = new RespConnector(url, options, name);
        _connectionOptions = connectionOptions with
        {
            IdlePing = options.IdlePing,
            ReplyTimeout = options.ReplyTimeout,
            TimeProvider = options.TimeProvider,
        };
    }

    /// <summary>Where the server is, for people to read.</summary>
    public string Address { get; }

    /// <summary>What is done on a new link before others may use it. Set before the first use.</summary>
    public Func<RespConnection, Task>? Prepare { get; init; }

    /// <summary>Whether a lost link is made again at once, though nobody asks for it.</summary>
    public bool IsEager { get; init; }

    /// <summary>Told of each new link. Brief.</summary>
    public Action? OnConnected { get; init; }

    /// <summary>Sends commands and awaits their replies.</summary>
    /// <remarks>A batch of which nothing was sent is sent again on the next link, and so is one that can be repeated.</remarks>
    /// <exception cref="RespLinkException">The server cannot be reached in time, or nobody knows what became of the batch.</exception>
    public async ValueTask<RespValue[]> ExecuteAsync(RespBatch batch, CancellationToken cancellationToken)
    {
        long start = _options.TimeProvider.GetTimestamp();
        while (true)
        {
            RespConnection connection = await GetConnectionAsync(start, cancellationToken).ConfigureAwait(false);
            try
            {
                Task<RespValue[]> execution = connection.ExecuteAsync(batch);
                RespValue[] replies = await (cancellationToken.CanBeCanceled ? execution.WaitAsync(cancellationToken) : execution).ConfigureAwait(false);
                Inspect(connection, replies);
                return replies;
            }
            catch (RespLinkException error)
            {
                _lastError = error;
                if ((error.WasSent && !batch.IsRepeatable) || _options.TimeProvider.GetElapsedTime(start) > _options.Patience)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Gives the link, makes it if need be.</summary>
    /// <exception cref="RespLinkException">The server cannot be reached in time.</exception>
    public ValueTask<RespConnection> GetConnectionAsync(CancellationToken cancellationToken) =>
        GetConnectionAsync(_options.TimeProvider.GetTimestamp(), cancellationToken);

    /// <summary>Ends the link if a reply says that its server is no master any more.</summary>
    public static void Inspect(RespConnection connection, ReadOnlySpan<RespValue> replies)
    {
        foreach (ref readonly RespValue reply in replies)
        {
            if (reply.IsError && new RespErrorException(reply.AsText()) is { MeansAnotherMaster: true } error)
            {
                connection.Abort(error);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        RespConnection? live;
        Task<RespConnection>? connecting;
        _gate.Enter();
        try
        {
            _isDisposed = true;
            live = _live;
            connecting = _connecting;
        }
        finally
        {
            _gate.Exit();
        }

        await _disposing.CancelAsync().ConfigureAwait(false);
        if (connecting is not null)
        {
            await ((Task)connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            live = connecting.IsCompletedSuccessfully ? await connecting.ConfigureAwait(false) : live;
        }

        if (live is not null)
        {
            await live.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<RespConnection> GetConnectionAsync(long start, CancellationToken cancellationToken)
    {
        Task<RespConnection> connecting;
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_live is { IsAlive: true } live)
            {
                return live;
            }

            connecting = StartLocked();
        }
        finally
        {
            _gate.Exit();
        }

        TimeSpan left = _options.Patience - _options.TimeProvider.GetElapsedTime(start);
        try
        {
            return await connecting.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            Exception? last = _lastError;
            throw new RespLinkException(last?.Message ?? "No answer", wasSent: false, last ?? error);
        }
        catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(RespClient));
        }
    }

    private Task<RespConnection> StartLocked()
    {
        if (_connecting is null or { IsCompleted: true })
        {
            TaskCompletionSource<RespConnection> made = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _connecting = made.Task;
            _ = ConnectAsync(made);
        }

        return _connecting;
    }

    private async Task ConnectAsync(TaskCompletionSource<RespConnection> made)
    {
        // Not under the gate of who asked for it.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        TimeSpan pause = _options.LongestPause / FirstPauses;
        while (true)
        {
            try
            {
                RespConnection connection = await _connector.ConnectAsync(_connectionOptions, _disposing.Token).ConfigureAwait(false);
                await PrepareAsync(connection).ConfigureAwait(false);
                _gate.Enter();
                _live = connection;
                _gate.Exit();
                if (IsEager)
                {
                    _ = ReviveAsync(connection);
                }

                made.TrySetResult(connection);
                OnConnected?.Invoke();
                return;
            }
            catch (OperationCanceledException) when (_disposing.IsCancellationRequested)
            {
                made.TrySetCanceled(_disposing.Token);
                return;
            }
            catch (RespLinkException error) when (error.IsTransient)
            {
                _lastError = error;
            }
            catch (Exception error)
            {
                // Somebody may wait, or nobody: then it is told to whoever asks next.
                _lastError = error;
                made.TrySetException(error is RespLinkException ? error : new RespLinkException(error.Message, wasSent: false, error) { IsTransient = false });
                _ = made.Task.Exception;
                return;
            }

            try
            {
                await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), _options.TimeProvider, _disposing.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                made.TrySetCanceled(_disposing.Token);
                return;
            }

            pause = pause * 2 < _options.LongestPause ? pause * 2 : _options.LongestPause;
        }
    }

    // R4: what may still lie in the socket of the last link is never carried out behind what is sent on this one.
    private async Task PrepareAsync(RespConnection connection)
    {
        try
        {
            string? run = await RunOfAsync(connection).ConfigureAwait(false);
            if (_lastId != 0 && run is not null && run == _lastRun)
            {
                RespBatch batch = new();
                batch.Add("CLIENT", "KILL", "ID", _lastId);
                await connection.ExecuteAsync(batch).ConfigureAwait(false);
            }

            (_lastId, _lastRun) = (connection.Id, run);
            if (Prepare is not null)
            {
                await Prepare(connection).ConfigureAwait(false);
            }
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    // Which run of the server it is: another gives the same ids to others.
    private static async Task<string?> RunOfAsync(RespConnection connection)
    {
        const string Name = "run_id:";
        RespBatch batch = new();
        batch.Add("INFO", "server");
        RespValue info = (await connection.ExecuteAsync(batch).ConfigureAwait(false))[0];
        return info.IsError ? null : info.AsText().Split('\n').FirstOrDefault(static line => line.StartsWith(Name, StringComparison.Ordinal))?[Name.Length..].Trim();
    }

    private async Task ReviveAsync(RespConnection connection)
    {
        await connection.Ended.ConfigureAwait(false);
        _gate.Enter();
        try
        {
            if (!_isDisposed)
            {
                _ = StartLocked();
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
