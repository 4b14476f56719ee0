using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.QueuePrograms;

/// <summary>A whole worker, that tells what it starts and what it finishes, and ends in order when its standard input does.</summary>
internal static class HostProgram
{
    // A worker that dies is missed soon, so that tests need not wait long.
    private static readonly TimeSpan ShortLease = TimeSpan.FromSeconds(1);

    private static int _isStruck;

    /// <param name="url">Where the queue is.</param>
    /// <param name="point">The name of the fault point at which it is struck, once; <see langword="null"/>: at none.</param>
    /// <param name="dies">Whether it dies there; if not, what it does there fails.</param>
    /// <param name="lease">How long it may stand still; <see langword="null"/>: shortly.</param>
    /// <param name="convicts">Whether a call that three workers died of is poison to it. Where workers are killed from outside, one call may be what three of them were at.</param>
    public static async Task RunAsync(string url, string? point = null, bool dies = false, TimeSpan? lease = null, bool convicts = false)
    {
        if (point is not null)
        {
            FaultPoint.Struck = reached => StrikeOnce(reached.Name == point, point, dies);
        }

        (IBroker broker, IResultBackend backend) = Open(url, lease ?? ShortLease);
        await using IBroker ownBroker = broker;
        await using IResultBackend ownBackend = backend;
        TaskRegistry registry = new TaskRegistry()
            .Add("tasks.note", static async (long number, double seconds, TaskContext context) =>
            {
                Say($"started {context.Id}");
                await Task.Delay(TimeSpan.FromSeconds(seconds), context.TimeProvider);
                Say($"finished {context.Id}");
                return Environment.ProcessId;
            })
            .Add("tasks.gate", static async (string gate, TaskContext context) =>
            {
                Say($"started {context.Id}");
                while (!File.Exists(gate))
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(20), context.TimeProvider);
                }

                Say($"finished {context.Id}");
                return Environment.ProcessId;
            })
            .Add("tasks.again", static (TaskContext context) =>
            {
                if (context.Retries == 0)
                {
                    throw context.Retry(TimeSpan.Zero);
                }

                Say($"started {context.Id}");
                Say($"finished {context.Id}");
            })
            .Add("tasks.poison", static (TaskContext context) =>
            {
                Say($"started {context.Id}");
                Process.GetCurrentProcess().Kill();
            })
            .Add("tasks.pay", async (string diesWhen, string marker, TaskContext context) =>
            {
                int paid = await context.CompleteAsync((SqliteBroker)broker, connection =>
                {
                    using SqliteCommand command = connection.CreateCommand();
                    command.CommandText = "INSERT INTO payment VALUES (7)";
                    command.ExecuteNonQuery();
                    DieOnce(diesWhen == "writing", marker);
                    return 7;
                });
                DieOnce(diesWhen == "written", marker);
                return paid;
            });

        // Where faults are planted, what is not due yet is put aside at the broker, so that this is met too.
        WorkerOptions options = new() { Concurrency = 2, StopTimeout = TimeSpan.FromSeconds(10), MaxDeliveries = convicts ? 3 : int.MaxValue };
        WorkerHost host = new(broker, registry, backend, point is null ? options : options with { Horizon = TimeSpan.Zero });
        await host.StartAsync();
        Say("ready");
        await Task.Run(static () => Console.In.ReadToEnd());
        await host.StopAsync();
        Say($"ended {host.GetStatistics().LostLeases}");
    }

    private static void StrikeOnce(bool isHere, string point, bool dies)
    {
        if (isHere && Interlocked.Exchange(ref _isStruck, 1) == 0)
        {
            Say($"struck {point}");
            if (dies)
            {
                Process.GetCurrentProcess().Kill();
            }

            throw new InvalidOperationException($"A planted fault: {point}.");
        }
    }

    private static void DieOnce(bool dies, string marker)
    {
        if (dies && !File.Exists(marker))
        {
            File.Create(marker).Dispose();
            Process.GetCurrentProcess().Kill();
        }
    }

    private static (IBroker Broker, IResultBackend Backend) Open(string url, TimeSpan lease)
    {
        if (url.StartsWith("sqlite:", StringComparison.Ordinal))
        {
            SqliteOptions options = SqliteOptions.FromUrl(url) with { Lease = lease };
            return (new SqliteBroker(options), new SqliteBackend(options));
        }

        return (new RedisBroker(url, new RedisBrokerOptions { Lease = lease }), new RedisBackend(url));
    }

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.WriteLine(line);
        }
    }
}
