using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Sqlite;

/// <summary>A broker in a file: nothing to install, many processes of one machine, and a message is on the disk before its publication ends.</summary>
/// <remarks>
/// Order: of a queue by priority, the lower number first, and then as they were published. Race: any number of processes and threads; SQLite
/// lets one write at a time. Memory: what is not confirmed, and what is held.
/// Cost: one wait for the disk for all publications of that time, so that many at a time are fast and one after the other are as fast as the
/// disk. Claims and acknowledgements wait for no disk: after a power failure, and only then, what was acknowledged last may run again.
/// The file is opened with the first use; what is wrong with it is told then. Not for network drives, whose locks are not to be relied on.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
public sealed partial class SqliteBroker : IBroker
{
    private readonly SqliteOptions _options;
    private readonly SqliteDeadLetters _deadLetters;

    // Guarded by _gate.
    private readonly Lock _gate = new();
    private readonly HashSet<SqliteConsumer> _consumers = [];
    private readonly HashSet<AsyncAutoResetEvent> _listeners = [];
    private bool _isDisposed;

    /// <summary>Makes a broker. The file is opened with the first use.</summary>
    /// <param name="options">The file, and how it is used.</param>
    public SqliteBroker(SqliteOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        Store = SqliteStore.Enter(options);
        _deadLetters = new SqliteDeadLetters(this);
    }

    /// <inheritdoc/>
    public string Address => $"sqlite:///{_options.Path}";

    /// <inheritdoc/>
    public IDeadLetterStore DeadLetters => _deadLetters;

    internal SqliteStore Store { get; }

    internal TimeSpan Lease => _options.Lease;

    /// <inheritdoc/>
    public async ValueTask DeclareAsync(QueueDefinition queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        Check(cancellationToken);
        await AskAsync(Store.WriteAsync(isDurable: true, (session, _) => session.Execute(
            "INSERT OR IGNORE INTO overlap_binding (exchange, kind, routing_key, queue) VALUES ($1, $2, $3, $4)",
            queue.Exchange ?? queue.Name,
            queue.ExchangeKind.ToString(),
            queue.RoutingKey ?? queue.Name,
            queue.Name))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask PublishAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken = default)
    {
        Check(cancellationToken);
        if (publications.IsEmpty)
        {
            return;
        }

        StoredPublication[] prepared = new StoredPublication[publications.Length];
        long size = 0;
        for (int index = 0; index < prepared.Length; index++)
        {
            prepared[index] = StoredPublication.Of(publications.Span[index]);
            size += prepared[index].Body.Length;
        }

        Task<HashSet<string>> publishing = Store.WriteAsync(
            isDurable: true, (session, _) => PublishAll(session, prepared), Wake, size);
        await AskAsync(publishing).WaitAsync(cancellationToken).ConfigureAwait(false);
        SqliteFaultPoints.PublicationMade.Reach();
    }

    /// <inheritdoc/>
    public ValueTask<IBrokerConsumer> ConsumeAsync(ConsumerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        Check(cancellationToken);
        SqliteConsumer consumer = new(this, options);
        lock (_gate)
        {
            _consumers.Add(consumer);
        }

        return new ValueTask<IBrokerConsumer>(consumer);
    }

    /// <inheritdoc/>
    public async ValueTask BroadcastAsync(string exchange, string routingKey, WireMessage message, CancellationToken cancellationToken = default)
    {
        Check(cancellationToken);
        StoredPublication[] prepared = [StoredPublication.Of(new Publication(exchange, routingKey, message))];
        await AskAsync(Store.WriteAsync(
            isDurable: false,
            (session, _) =>
            {
                Broadcast(session, prepared[0]);
                return true;
            },
            _ => WakeListeners())).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<WireMessage> ListenAsync(
        string exchange, string pattern, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Check(cancellationToken);
        AsyncAutoResetEvent somethingCame = new();
        lock (_gate)
        {
            _listeners.Add(somethingCame);
        }

        Store.Watch.Add(somethingCame.Set);
        try
        {
            long heard = await AskAsync(Store.ReadInTurnAsync(
                static session => session.ReadNumber("SELECT seq FROM sqlite_sequence WHERE name='overlap_broadcast'") ?? 0)).ConfigureAwait(false);
            while (true)
            {
                Check(cancellationToken);
                (heard, ImmutableArray<byte[]> messages) = await AskAsync(Store.ReadAsync(
                    session => ReadBroadcasts(session, heard, exchange, pattern))).ConfigureAwait(false);
                foreach (byte[] raw in messages)
                {
                    if (TryRead(raw) is { } message)
                    {
                        yield return message;
                    }
                }

                if (messages.IsEmpty)
                {
                    await somethingCame.WaitAsync(cancellationToken).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            Store.Watch.Remove(somethingCame.Set);
            lock (_gate)
            {
                _listeners.Remove(somethingCame);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        Check(cancellationToken);
        return await AskAsync(Store.ReadAsync(
            session => session.ReadNumber("SELECT count(*) FROM overlap_message WHERE queue=$1 AND wake IS NULL", queue) ?? 0)).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<long> PurgeAsync(string queue, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queue);
        Check(cancellationToken);
        return await AskAsync(Store.WriteAsync(isDurable: true, (session, _) => (long)session.Execute(
            "DELETE FROM overlap_message WHERE queue=$1 AND wake IS NULL", queue))).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<BrokerReport> ExamineAsync(CancellationToken cancellationToken = default)
    {
        Check(cancellationToken);
        return await AskAsync(Store.ReadAsync(Examine)).ConfigureAwait(false);
    }

    /// <summary>Gives back what its consumers hold, and closes the file when nobody else of this process uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        SqliteConsumer[] consumers;
        AsyncAutoResetEvent[] listeners;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            consumers = [.. _consumers];
            listeners = [.. _listeners];
        }

        foreach (AsyncAutoResetEvent listener in listeners)
        {
            listener.Set();
        }

        foreach (SqliteConsumer consumer in consumers)
        {
            await consumer.DisposeAsync().ConfigureAwait(false);
        }

        await Store.LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>Waits for the file, and says what went wrong in the words of a broker.</summary>
    internal static async Task<T> AskAsync<T>(Task<T> answer)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (SqliteFileException failure)
        {
            throw failure.ForBroker();
        }
    }

    /// <summary>Throws if the call is cancelled or the broker disposed.</summary>
    internal void Check(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
        }
    }

    /// <summary>Wakes those of this process who wait for what came into queues; other processes see it for themselves.</summary>
    internal void Wake(HashSet<string> queues)
    {
        SqliteConsumer[] consumers;
        lock (_gate)
        {
            consumers = [.. _consumers];
        }

        foreach (SqliteConsumer consumer in consumers)
        {
            consumer.WakeIfConcerned(queues);
        }

        if (queues.Contains(ThoseWhoListen))
        {
            WakeListeners();
        }

        Store.Watch.Expect();
    }

    internal void Forget(SqliteConsumer consumer)
    {
        lock (_gate)
        {
            _consumers.Remove(consumer);
        }
    }

    private static WireMessage? TryRead(byte[] raw)
    {
        try
        {
            return EnvelopeCodec.Read(raw, ProtocolLimits.Default);
        }
        catch (MessageFormatException)
        {
            // What was broadcast is missed by those who cannot read it: it is kept by nobody.
            return null;
        }
    }

    private static BrokerReport Examine(SqliteSession session)
    {
        string journal = Text(session, "PRAGMA journal_mode");
        long pages = session.ReadNumber("PRAGMA page_count") ?? 0;
        long pageSize = session.ReadNumber("PRAGMA page_size") ?? 0;
        return new BrokerReport(
            $"SQLite {Text(session, "SELECT sqlite_version()")}",
            "Worker killed: nothing is lost, what it held comes back when its lease ends. Power failure: nothing that was confirmed is lost, "
                + "and what was acknowledged last may run again.",
            [
                new BrokerFinding("journal_mode", journal, journal == "wal" ? null : "Another program has changed it: set it back to WAL."),
                new BrokerFinding("synchronous", "FULL for messages and results, NORMAL for claims and acknowledgements", Advice: null),
                new BrokerFinding("size", string.Create(CultureInfo.InvariantCulture, $"{pages * pageSize:N0} bytes"), Advice: null),
            ]);
    }

    private static string Text(SqliteSession session, string sql)
    {
        using SqliteDataReader reader = session.Query(sql);
        return reader.Read() ? reader.GetString(0) : "";
    }

    private void WakeListeners()
    {
        AsyncAutoResetEvent[] listeners;
        lock (_gate)
        {
            listeners = [.. _listeners];
        }

        foreach (AsyncAutoResetEvent listener in listeners)
        {
            listener.Set();
        }
    }
}
