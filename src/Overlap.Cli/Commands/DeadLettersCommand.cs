using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Queues;
using Overlap.Cli.Rendering;
using Overlap.Distributed.Brokers;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap dead-letters</c>: shows the messages that could not be handled, and puts them back or deletes them.</summary>
internal sealed class DeadLettersCommand : Verb
{
    private readonly Argument<string> _action =
        new Argument<string>("list|show|requeue|drop") { HelpName = "list|show|requeue|drop" }.Offering(static () => ["list", "show", "requeue", "drop"]);

    private readonly Argument<string[]> _ids = new("ID") { Arity = ArgumentArity.ZeroOrMore, HelpName = "[ID …]" };

    private readonly QueueOptions _queue = new();

    private readonly Option<bool> _all = new("--all") { Description = "requeue and drop: all there are" };

    private readonly Option<Count?> _most = ValueOption.Number("--most", "N", "list: so many at most, the oldest first (default: 100)", 1, 100_000);

    private readonly Option<bool> _json = new("--json") { Description = "list and show: one JSON object a line" };

    public override string Name => "dead-letters";

    public override string Summary => "list, show, requeue or drop the messages that could not be handled";

    public override string Description => """
        A message becomes a dead letter when it cannot be read, names a task that no worker knows, or has cost three workers
        their lives. It is kept as it came, with the reason, until somebody puts it back or drops it.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap dead-letters list", "id, time, queue and reason of each"),
        ("overlap dead-letters show 17", "one of them, with the message as it came"),
        ("overlap dead-letters requeue --all", "once the worker that knows the task runs"),
    ];

    public override IReadOnlyList<Argument> Arguments => [_action, _ids];

    public override IReadOnlyList<OptionGroup> Groups => [_queue.GroupOfBroker, new OptionGroup("Which", _all, _most), new OptionGroup("Output", _json)];

    public override Task<int> RunAsync(Invocation invocation)
    {
        string action = invocation.Values.GetValue(_action)!;
        string[] ids = invocation.Values.GetValue(_ids) ?? [];
        bool all = invocation.Values.GetValue(_all);
        string? fault = (action, ids.Length, all) switch
        {
            ("list", 0, false) => null,
            ("list", _, _) => "list takes no ID and no --all",
            ("show", > 0, false) => null,
            ("show", _, _) => "show needs an ID, as list prints it",
            ("requeue" or "drop", > 0, false) or ("requeue" or "drop", 0, true) => null,
            ("requeue" or "drop", _, _) => $"{action} needs an ID, or --all",
            _ => $"'{action}' is not list, show, requeue or drop",
        };
        return fault is null
            ? QueueLink.RunAsync(_queue, invocation, isMade: false, link => RunAsync(link.Broker.DeadLetters, action, ids, all, invocation))
            : throw new RunException(ExitCode.Usage, $"dead-letters: {fault}");
    }

    private static string TimeOf(DeadLetterRecord letter) => letter.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);

    private Task<int> RunAsync(IDeadLetterStore letters, string action, string[] ids, bool all, Invocation invocation) => action switch
    {
        "list" => ListAsync(letters, invocation),
        "show" => ShowAsync(letters, ids, invocation),
        "requeue" => EachAsync(letters, ids, all, "put back", static (store, id) => store.RequeueAsync(id), invocation.Terminal),
        _ => EachAsync(letters, ids, all, "dropped", static (store, id) => store.DropAsync(id), invocation.Terminal),
    };

    private async Task<int> ListAsync(IDeadLetterStore letters, Invocation invocation)
    {
        int most = invocation.Values.GetValue(_most)?.Value ?? 100;
        IReadOnlyList<DeadLetterRecord> found = await letters.ListAsync(most);
        foreach (DeadLetterRecord letter in found)
        {
            if (invocation.Values.GetValue(_json))
            {
                QueueText.PrintJson(invocation.Terminal, json => QueueText.WriteLetter(json, letter, hasMessage: false));
            }
            else
            {
                QueueText.Print(invocation.Terminal, QueueText.Clean($"{letter.Id}  {TimeOf(letter)}  {letter.Queue}  {letter.Cause.Defect}: {letter.Cause.Detail}"));
            }
        }

        if (found.Count == most && await letters.CountAsync() is long count && count > most)
        {
            invocation.Terminal.Messages.WriteError($"{count - most:N0} more are there; --most shows more");
        }

        return ExitCode.Success;
    }

    private async Task<int> ShowAsync(IDeadLetterStore letters, string[] ids, Invocation invocation)
    {
        int exitCode = ExitCode.Success;
        foreach (string id in ids)
        {
            if (await letters.FindAsync(id) is not { } letter)
            {
                invocation.Terminal.Messages.WriteError($"there is no dead letter {id}");
                exitCode = ExitCode.SomeFailed;
            }
            else if (invocation.Values.GetValue(_json))
            {
                QueueText.PrintJson(invocation.Terminal, json => QueueText.WriteLetter(json, letter, hasMessage: true));
            }
            else
            {
                string[] lines =
                [
                    $"id       {letter.Id}", $"queue    {letter.Queue}", $"at       {TimeOf(letter)}",
                    $"reason   {letter.Cause.Defect}: {letter.Cause.Detail}", $"message  {Encoding.UTF8.GetString(letter.Raw.Span)}",
                ];
                QueueText.Print(invocation.Terminal, string.Join("\n", lines.Select(QueueText.Clean)));
            }
        }

        return exitCode;
    }

    private static async Task<int> EachAsync(
        IDeadLetterStore letters, string[] ids, bool all, string done, Func<IDeadLetterStore, string, ValueTask<bool>> act, Terminal terminal)
    {
        int count = 0;
        int missing = 0;
        foreach (string id in all ? await IdsAsync(letters) : ids)
        {
            if (await act(letters, id))
            {
                count++;
            }
            else if (!all)
            {
                // Of all, one that somebody else took meanwhile is nobody's fault.
                missing++;
                terminal.Messages.WriteError($"there is no dead letter {QueueText.Clean(id)}");
            }
        }

        QueueText.Print(terminal, $"{Text.Count(count, "message", "messages")} {done}");
        return missing == 0 ? ExitCode.Success : ExitCode.SomeFailed;
    }

    // Those that are there now: one that comes back while this runs is not taken again.
    private static async Task<IReadOnlyList<string>> IdsAsync(IDeadLetterStore letters)
    {
        long count = await letters.CountAsync();
        return [.. (await letters.ListAsync((int)Math.Clamp(count, 1, int.MaxValue))).Select(static letter => letter.Id)];
    }
}
