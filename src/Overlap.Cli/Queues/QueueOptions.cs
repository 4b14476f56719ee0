using System.CommandLine;
using Overlap.Cli.Commands;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
using Overlap.Distributed.Hosting;

namespace Overlap.Cli.Queues;

/// <summary>The options that tell where the queue is.</summary>
internal sealed class QueueOptions
{
    public const string DefaultUrl = "sqlite:///overlap.db";

    private readonly Option<string?> _broker = new("--broker")
    {
        HelpName = "URL",
        Description = $"where messages are: sqlite:///FILE, sqlite:////DIR/FILE, redis://HOST:PORT/DB, rediss://, unix://, sentinel:// (default: ${WorkerRequest.BrokerVariable} or {DefaultUrl})",
    };

    private readonly Option<string?> _backend = new("--backend")
    {
        HelpName = "URL",
        Description = $"where results are (default: ${WorkerRequest.BackendVariable} or the broker)",
    };

    public OptionGroup Group => new("The queue", _broker, _backend);

    public OptionGroup GroupOfBroker => new("The queue", _broker);

    /// <summary>Gives the two URLs.</summary>
    public (string Broker, string Backend) UrlsOf(ParseResult values, Terminal terminal)
    {
        string broker = Chosen(values.GetValue(_broker), terminal.Environment(WorkerRequest.BrokerVariable), DefaultUrl);

        // A broker that was named is the backend too, whatever the environment says for others.
        string otherwise = values.GetValue(_broker) is null ? terminal.Environment(WorkerRequest.BackendVariable) ?? "" : "";
        return (broker, Chosen(values.GetValue(_backend), otherwise, broker));
    }

    /// <summary>Refuses URLs that are wrong, before anything else is done.</summary>
    public static Transport Find(string option, string url)
    {
        try
        {
            Transport transport = TransportCatalog.Find(url);
            _ = transport.FileOf(url);
            return transport;
        }
        catch (FormatException exception)
        {
            throw Wrong(option, exception);
        }
        catch (TransportMissingException exception)
        {
            throw new RunException(ExitCode.Environment, exception.Message, exception);
        }
    }

    public static RunException Wrong(string option, FormatException exception) => new(ExitCode.Usage, $"{option}: {exception.Message.TrimEnd('.')}", exception);

    private static string Chosen(string? named, string? environment, string otherwise) =>
        !string.IsNullOrEmpty(named) ? named : !string.IsNullOrEmpty(environment) ? environment : otherwise;
}
