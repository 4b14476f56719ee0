using Overlap.Cli.Commands;
using Overlap.Cli.Jobs;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Hosting;
using Overlap.Distributed.Protocol;

namespace Overlap.Cli.Queues;

/// <summary>A broker and a result backend for as long as a command takes, whose faults are one line and an exit code.</summary>
internal sealed class QueueLink : IAsyncDisposable
{
    // Somebody waits at the terminal: a server that is not there is told soon.
    private static readonly TransportSettings Settings = new() { Patience = TimeSpan.FromSeconds(2) };

    private QueueLink(IBroker broker, IResultBackend backend)
    {
        Broker = broker;
        Backend = backend;
    }

    public IBroker Broker { get; }

    public IResultBackend Backend { get; }

    /// <summary>Makes a client of both.</summary>
    public TaskClient CreateClient(TimeProvider clock) =>
        new(Broker, Backend, new TaskClientOptions { Retry = new SendRetryPolicy { MaxRetries = 1 }, TimeProvider = clock });

    /// <summary>Does something with the queue.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="invocation">The call of the program.</param>
    /// <param name="isMade">Whether a queue file that is not there is made; otherwise it is a fault.</param>
    /// <param name="run">What is done.</param>
    public static async Task<int> RunAsync(QueueOptions options, Invocation invocation, bool isMade, Func<QueueLink, Task<int>> run)
    {
        (string brokerUrl, string backendUrl) = options.UrlsOf(invocation.Values, invocation.Terminal);
        try
        {
            await using QueueLink link = Open(brokerUrl, backendUrl, isMade);
            return await run(link);
        }
        catch (TaskSendException exception)
        {
            throw new RunException(ExitCode.Environment, exception.Message.TrimEnd('.'), exception);
        }
        catch (Exception exception) when (exception is BrokerException or BackendException)
        {
            throw new RunException(ExitCode.Environment, exception.Message.TrimEnd('.'), exception);
        }
        catch (MessageFormatException exception)
        {
            throw new RunException(ExitCode.Environment, $"what is stored cannot be read: {exception.Message.TrimEnd('.')}", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Backend.DisposeAsync();
        await Broker.DisposeAsync();
    }

    private static QueueLink Open(string brokerUrl, string backendUrl, bool isMade)
    {
        Transport transport = FindThere("--broker", brokerUrl, isMade);
        Transport results = backendUrl == brokerUrl ? transport : FindThere("--backend", backendUrl, isMade);
        try
        {
            IBroker broker = transport.CreateBroker(brokerUrl, Settings);
            return new QueueLink(broker, results.CreateBackend(backendUrl, Settings));
        }
        catch (FormatException exception)
        {
            throw QueueOptions.Wrong(backendUrl == brokerUrl ? "--broker" : "--broker or --backend", exception);
        }
    }

    private static Transport FindThere(string option, string url, bool isMade)
    {
        Transport transport = QueueOptions.Find(option, url);
        return isMade || transport.FileOf(url) is not { } file || File.Exists(file)
            ? transport
            : throw new RunException(ExitCode.Environment, $"there is no queue file {file} here; name another with {option}");
    }
}
