using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Queues;
using Overlap.Cli.Rendering;
using Overlap.Distributed.Brokers;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap doctor</c>: reads a broker's own settings, and says what can be lost under them.</summary>
internal sealed class DoctorCommand : Verb
{
    private readonly QueueOptions _queue = new();

    private readonly Option<QueueNames?> _queues = ValueOption.Create(
        "--queues", "LIST", "the queues to look at, separated by commas (default: celery)", QueueNames.TryParse, QueueNames.Expected, "-Q");

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object" };

    public override string Name => "doctor";

    public override string Summary => "read the broker's own settings, and say which promise holds";

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap doctor", "the file overlap.db"),
        ("overlap doctor --broker redis://localhost:6379/0", "what is lost when that server, or its power, goes"),
    ];

    public override IReadOnlyList<OptionGroup> Groups => [_queue.Group, new OptionGroup("What is told", _queues, _json)];

    public override Task<int> RunAsync(Invocation invocation) => QueueLink.RunAsync(_queue, invocation, isMade: false, link => ExamineAsync(link, invocation));

    private async Task<int> ExamineAsync(QueueLink link, Invocation invocation)
    {
        BrokerReport report = await link.Broker.ExamineAsync();
        List<(string Name, long Waiting)> queues = [];
        foreach (string queue in invocation.Values.GetValue(_queues)?.Names ?? ["celery"])
        {
            queues.Add((queue, await link.Broker.CountAsync(queue)));
        }

        long dead = await link.Broker.DeadLetters.CountAsync();

        // Asked for what nobody has stored: it must answer.
        await link.Backend.ReadAsync("overlap-doctor");
        if (invocation.Values.GetValue(_json))
        {
            PrintJson(invocation.Terminal, link, report, queues, dead);
        }
        else
        {
            QueueText.Print(invocation.Terminal, TextOf(link, report, queues, dead));
        }

        return ExitCode.Success;
    }

    private static string TextOf(QueueLink link, BrokerReport report, List<(string Name, long Waiting)> queues, long dead)
    {
        StringBuilder text = new();
        text.Append($"broker   {link.Broker.Address}\n");
        text.Append($"results  {(link.Backend.Address == link.Broker.Address ? "there too" : link.Backend.Address)}\n");
        text.Append($"program  {report.Version}\n");
        text.Append($"promise  {report.Promise}\n");
        text.Append($"queues   {string.Join(", ", queues.Select(static queue => $"{queue.Name} {queue.Waiting:N0}"))} waiting; {Text.Count(dead, "dead letter", "dead letters")}\n");
        text.Append($"here     {ProgramVersion.Text}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}\n");
        int width = report.Findings.Select(static finding => finding.Setting.Length).DefaultIfEmpty().Max();
        foreach (BrokerFinding finding in report.Findings)
        {
            text.Append($"\n{(finding.Advice is null ? "ok " : "!  ")} {finding.Setting.PadRight(width)}  {finding.Value ?? "(not told)"}");
            text.Append(finding.Advice is null ? "" : $"\n    {new string(' ', width)}  {finding.Advice}");
        }

        return text.ToString();
    }

    private static void PrintJson(Terminal terminal, QueueLink link, BrokerReport report, List<(string Name, long Waiting)> queues, long dead) =>
        QueueText.PrintJson(terminal, json =>
        {
            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteString("broker", link.Broker.Address);
            json.WriteString("backend", link.Backend.Address);
            json.WriteString("program", report.Version);
            json.WriteString("promise", report.Promise);
            json.WriteStartArray("findings");
            foreach (BrokerFinding finding in report.Findings)
            {
                json.WriteStartObject();
                json.WriteString("setting", finding.Setting);
                json.WriteString("value", finding.Value);
                json.WriteString("advice", finding.Advice);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartObject("queues");
            foreach ((string name, long waiting) in queues)
            {
                json.WriteNumber(name, waiting);
            }

            json.WriteEndObject();
            json.WriteNumber("deadLetters", dead);
            json.WriteEndObject();
        });
}
