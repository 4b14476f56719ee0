using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Queues;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap purge</c>: deletes the messages that wait in queues.</summary>
internal sealed class PurgeCommand : Verb
{
    private readonly QueueOptions _queue = new();

    private readonly Option<QueueNames?> _queues = ValueOption.Create(
        "--queue", "LIST", "the queue, or several separated by commas (default: celery)", QueueNames.TryParse, QueueNames.Expected, "-Q");

    private readonly Option<bool> _yes = new("--yes", "-y") { Description = "do not ask" };

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object with what was deleted" };

    public override string Name => "purge";

    public override string Summary => "delete the messages that wait in a queue";

    public override string Description => """
        Asks before it deletes, unless --yes is given. What workers hold, what waits for its time and what is dead stays.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap purge", "the queue celery of overlap.db, after a question"),
        ("overlap purge --queue mail --yes --broker redis://localhost", "without one"),
    ];

    public override IReadOnlyList<OptionGroup> Groups => [_queue.GroupOfBroker, new OptionGroup("What goes", _queues, _yes, _json)];

    public override Task<int> RunAsync(Invocation invocation) => QueueLink.RunAsync(_queue, invocation, isMade: false, link => PurgeAsync(link, invocation));

    private async Task<int> PurgeAsync(QueueLink link, Invocation invocation)
    {
        IReadOnlyList<string> queues = invocation.Values.GetValue(_queues)?.Names ?? ["celery"];
        Terminal terminal = invocation.Terminal;
        if (!invocation.Values.GetValue(_yes))
        {
            long waiting = 0;
            foreach (string queue in queues)
            {
                waiting += await link.Broker.CountAsync(queue);
            }

            if (waiting > 0 && !Confirm(terminal, $"{Text.Count(waiting, "message waits", "messages wait")} in {string.Join(", ", queues)} at {link.Broker.Address}. Delete? [y/N] "))
            {
                throw new RunException(ExitCode.Usage, terminal.InputIsTerminal ? "nothing was deleted" : $"nothing was deleted: {Text.Count(waiting, "message waits", "messages wait")}, and --yes was not given");
            }
        }

        List<(string Queue, long Deleted)> done = [];
        foreach (string queue in queues)
        {
            done.Add((queue, await link.Broker.PurgeAsync(queue)));
        }

        if (invocation.Values.GetValue(_json))
        {
            QueueText.PrintJson(terminal, json =>
            {
                json.WriteStartObject();
                json.WriteNumber("version", 1);
                json.WriteStartObject("deleted");
                foreach ((string queue, long deleted) in done)
                {
                    json.WriteNumber(queue, deleted);
                }

                json.WriteEndObject();
                json.WriteEndObject();
            });
        }
        else
        {
            QueueText.Print(terminal, string.Join("\n", done.Select(static entry => $"{entry.Queue}: {Text.Count(entry.Deleted, "message", "messages")} deleted")));
        }

        return ExitCode.Success;
    }

    private static bool Confirm(Terminal terminal, string question)
    {
        if (!terminal.InputIsTerminal)
        {
            return false;
        }

        terminal.Messages.SetStatus(question);
        using StreamReader reader = new(terminal.Input, Encoding.UTF8, detectEncodingFromByteOrderMarks: false, bufferSize: 128, leaveOpen: true);
        string answer = reader.ReadLine()?.Trim() ?? "";
        terminal.Messages.SetStatus("");
        return answer is "y" or "Y" or "yes";
    }
}
