using System.Text;
using Overlap.Cli.Tests.Commands;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.Cli.Tests.Queues;

/// <summary>A queue file of a test's own, and workers over it.</summary>
internal sealed class QueueFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string File => _folder.PathOf("queue.db");

    public string Url => $"sqlite:///{File}";

    // artifacts/bin/PROJECT/CONFIGURATION: the sample lies beside the tests, in the same configuration.
    public static string App
    {
        get
        {
            DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
            return Path.Combine(own.Parent!.Parent!.FullName, "VideoQueue", own.Name, "VideoQueue.dll");
        }
    }

    public string PathOf(string name) => _folder.PathOf(name);

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs a verb with this queue as its broker.</summary>
    public Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => InProcess.RunAsync([.. arguments, "--broker", Url]);

    /// <summary>Starts a worker of the sample's tasks, and waits until it consumes.</summary>
    public Task<CliProcess> WorkAsync(params string[] arguments) => WorkOnAsync(Url, arguments);

    /// <summary>The same over any broker.</summary>
    public static async Task<CliProcess> WorkOnAsync(string url, params string[] arguments)
    {
        CliProcess worker = CliProcess.Start(["worker", "--app", App, "--broker", url, "--concurrency", "2", .. arguments]);

        // On a busy machine it says first that it tries on.
        string greeting;
        do
        {
            greeting = await worker.ReadErrorLineAsync() ?? throw new InvalidOperationException("The worker ended before it consumed.");
        }
        while (!greeting.Contains(" consumes celery at ", StringComparison.Ordinal));

        return worker;
    }

    /// <summary>Makes a dead letter.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> DieAsync(string text)
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        await using SqliteBroker broker = new(new SqliteOptions { Path = File });
        await broker.DeclareAsync(new QueueDefinition("celery"), cancellationToken);
        WireMessage message = new() { Headers = WireMap.Empty, ContentType = "application/json", ContentEncoding = "utf-8", Body = Encoding.UTF8.GetBytes(text) };
        await broker.PublishAsync(new[] { new Publication("", "celery", message) }, cancellationToken);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] }, cancellationToken);
        Delivery delivery = (await consumer.ReceiveAsync(1, cancellationToken))[0];
        Settlement settlement = new(delivery, SettlementKind.DeadLetter) { Cause = new DeadLetterCause(MessageDefect.NotATask, $"of {text}") };
        await consumer.SettleAsync(new[] { settlement }, cancellationToken);
        return (await broker.DeadLetters.ListAsync(100, cancellationToken))[^1].Id;
    }
}
