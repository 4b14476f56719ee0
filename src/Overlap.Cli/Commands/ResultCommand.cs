using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Queues;
using Overlap.Distributed.Protocol;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap result</c>: tells what became of a call.</summary>
internal sealed class ResultCommand : Verb
{
    private readonly Argument<string> _id = new("ID") { HelpName = "ID" };

    private readonly QueueOptions _queue = new();

    private readonly Option<bool> _wait = new("--wait", "-w") { Description = "wait for the end" };

    private readonly Option<Duration?> _timeout = ValueOption.Create(
        "--timeout", "T", "with --wait: wait no longer; then exit code 124", AttemptOptions.Positive, Duration.Expected);

    private readonly Option<bool> _json = new("--json") { Description = "print the whole document: state, result, error, traceback" };

    private readonly Option<bool> _quiet = JobOptions.CreateQuiet();

    public override string Name => "result";

    public override string Summary => "print what a call returned, or how it stands";

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap result 4c2f…", "the result as JSON; of a failed call one line and exit code 1"),
        ("overlap result 4c2f… --json", "all that is known of it"),
        ("overlap result 4c2f… --wait --timeout 1m", "at most a minute"),
    ];

    public override IReadOnlyList<Argument> Arguments => [_id];

    public override IReadOnlyList<OptionGroup> Groups => [_queue.Group, new OptionGroup("The result", _wait, _timeout, _json, _quiet)];

    public override Task<int> RunAsync(Invocation invocation)
    {
        if (!invocation.Values.GetValue(_wait) && invocation.Values.GetValue(_timeout) is not null)
        {
            throw new RunException(ExitCode.Usage, "--timeout is for --wait");
        }

        return QueueLink.RunAsync(_queue, invocation, isMade: false, link => PrintAsync(link, invocation));
    }

    private async Task<int> PrintAsync(QueueLink link, Invocation invocation)
    {
        string id = invocation.Values.GetValue(_id)!;
        bool isJson = invocation.Values.GetValue(_json);
        if (invocation.Values.GetValue(_wait))
        {
            bool shows = invocation.Terminal.CanRedraw && !invocation.Values.GetValue(_quiet);
            return await ResultWait.RunAsync(link, id, invocation.Terminal, invocation.Values.GetValue(_timeout)?.Value, isJson, shows);
        }

        ResultDocument? document = await link.Backend.ReadAsync(id);
        if (document is { IsReady: true })
        {
            return ResultWait.Print(invocation.Terminal, id, document, isJson);
        }

        if (isJson)
        {
            QueueText.PrintJson(invocation.Terminal, json => QueueText.WriteDocument(json, id, document));
        }

        invocation.Terminal.Messages.WriteError(QueueText.Clean(document is null
            ? $"nothing is known of {id}: it waits, its result has expired, or there is no such call"
            : $"{id} has not ended: {document.StateName}"));
        return ExitCode.SomeFailed;
    }
}
