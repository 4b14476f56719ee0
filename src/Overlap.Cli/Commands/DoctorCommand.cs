using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Queues;
using Overlap.Cli.Rendering;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap doctor</c>: reads a broker's own settings, says what can be lost under them, and asks workers how they stand.</summary>
internal sealed class DoctorCommand : Verb
{
    // Long enough for a worker whose machine is busy, short enough for a health check.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly QueueOptions _queue = new();

    private readonly Option<QueueNames?> _queues = ValueOption.Create(
        "--queues", "LIST", "the queues to look at, separated by commas (default: celery)", QueueNames.TryParse, QueueNames.Expected, "-Q");

    private readonly Option<string?> _worker = new("--worker", "-w")
    {
        HelpName = "NAME",
        Description = "ask this worker how it stands, or all that fit a pattern as 'video@*'; fails unless all that answer, and one at least, are well",
    };

    private readonly Option<Duration?> _timeout = ValueOption.Create(
        "--timeout", "T", "how long workers may take to answer (default: 5s)", Duration.TryParse, Duration.Expected);

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object" };

    public override string Name => "doctor";

    public override string Summary => "read the broker's own settings, and say which promise holds";

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap doctor", "the file overlap.db"),
        ("overlap doctor --broker redis://localhost:6379/0", "what is lost when that server, or its power, goes"),
        ("overlap doctor --worker celery@$(hostname)", "the health check of one worker"),
    ];

    public override IReadOnlyList<OptionGroup> Groups => [_queue.Group, new OptionGroup("What is told", _queues, _worker, _timeout, _json)];

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
        string? worker = invocation.Values.GetValue(_worker);
        TimeSpan patience = invocation.Values.GetValue(_timeout)?.Value ?? Patience;
        List<WorkerAnswer> answers = worker is null ? [] : await AskAsync(link, worker, patience, invocation.Terminal.TimeProvider);
        if (invocation.Values.GetValue(_json))
        {
            PrintJson(invocation.Terminal, link, report, queues, dead, worker is null ? null : answers);
        }
        else
        {
            QueueText.Print(invocation.Terminal, TextOf(link, report, queues, dead, answers));
        }

        if (worker is not null && answers.Count == 0)
        {
            invocation.Terminal.Messages.WriteError($"no worker {QueueText.Clean(worker)} answered within {Text.Seconds(patience)}");
            return ExitCode.SomeFailed;
        }

        return answers.TrueForAll(static answer => answer.IsHealthy) ? ExitCode.Success : ExitCode.SomeFailed;
    }

    private static async Task<List<WorkerAnswer>> AskAsync(QueueLink link, string worker, TimeSpan patience, TimeProvider clock)
    {
        List<WorkerAnswer> answers = [];
        await foreach (WorkerAnswer answer in WorkerInquiry.AskAsync(link.Broker, worker, patience, clock))
        {
            answers.Add(answer);
            if (!WorkerInquiry.IsPattern(worker))
            {
                break;
            }
        }

        return answers;
    }

    private static string TextOf(QueueLink link, BrokerReport report, List<(string Name, long Waiting)> queues, long dead, List<WorkerAnswer> answers)
    {
        StringBuilder text = new();
        text.Append($"broker   {link.Broker.Address}\n");
        text.Append($"results  {(link.Backend.Address == link.Broker.Address ? "there too" : link.Backend.Address)}\n");
        text.Append($"program  {report.Version}\n");
        text.Append($"promise  {report.Promise}\n");
        text.Append($"queues   {string.Join(", ", queues.Select(static queue => $"{queue.Name} {queue.Waiting:N0}"))} waiting; {Text.Count(dead, "dead letter", "dead letters")}\n");
        text.Append($"here     {ProgramVersion.Text}, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}\n");
        foreach (WorkerAnswer answer in answers)
        {
            text.Append($"worker   {QueueText.Clean(answer.Worker)}: {(answer.IsHealthy ? "well" : "not well")}, {QueueText.Clean(answer.Description)}\n");
        }

        int width = report.Findings.Select(static finding => finding.Setting.Length).DefaultIfEmpty().Max();
        foreach (BrokerFinding finding in report.Findings)
        {
            text.Append($"\n{(finding.Advice is null ? "ok " : "!  ")} {finding.Setting.PadRight(width)}  {finding.Value ?? "(not told)"}");
            text.Append(finding.Advice is null ? "" : $"\n    {new string(' ', width)}  {finding.Advice}");
        }

        return text.ToString();
    }

    private static void PrintJson(
        Terminal terminal, QueueLink link, BrokerReport report, List<(string Name, long Waiting)> queues, long dead, List<WorkerAnswer>? answers) =>
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
            if (answers is not null)
            {
                json.WriteStartArray("workers");
                foreach (WorkerAnswer answer in answers)
                {
                    json.WriteStartObject();
                    json.WriteString("name", answer.Worker);
                    json.WriteBoolean("healthy", answer.IsHealthy);
                    json.WriteString("description", answer.Description);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        });
}
