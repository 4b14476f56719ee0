using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Queues;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap call</c>: sends a call of a task, and waits for its result if asked to.</summary>
internal sealed class CallCommand : Verb
{
    private readonly Argument<string> _task = new("TASK") { HelpName = "TASK" };

    private readonly QueueOptions _queue = new();

    private readonly Option<JsonValue?> _args = ValueOption.Create(
        "--args", "JSON", "the arguments by position, a JSON array", JsonValue.TryParseArray, JsonValue.ExpectedArray, "-a");

    private readonly Option<JsonValue?> _kwargs = ValueOption.Create(
        "--kwargs", "JSON", "the arguments by name, a JSON object", JsonValue.TryParseObject, JsonValue.ExpectedObject, "-k");

    private readonly Option<string?> _queueName = new("--queue", "-Q") { HelpName = "QUEUE", Description = "the queue (default: celery)" };

    private readonly Option<Duration?> _countdown = ValueOption.Create(
        "--countdown", "T", "start it so much later at the earliest", Duration.TryParse, Duration.Expected);

    private readonly Option<Duration?> _expires = ValueOption.Create(
        "--expires", "T", "do not start it any more after so long", AttemptOptions.Positive, Duration.Expected);

    private readonly Option<Count?> _priority = ValueOption.Number("--priority", "N", "0 to 9, of which 0 comes first", 0, 9);

    private readonly Option<string?> _id = new("--id") { HelpName = "ID", Description = "the call's id (default: a new one)" };

    private readonly Option<bool> _wait = new("--wait", "-w") { Description = "wait for the end, and print the result as JSON" };

    private readonly Option<Duration?> _timeout = ValueOption.Create(
        "--timeout", "T", "with --wait: wait no longer; then exit code 124, and the call goes on", AttemptOptions.Positive, Duration.Expected);

    private readonly Option<bool> _json = new("--json") { Description = "with --wait: print the whole document, of a failure too" };

    private readonly Option<bool> _quiet = JobOptions.CreateQuiet();

    public override string Name => "call";

    public override string Summary => "send a call of a task to a queue, and wait for its result with --wait";

    public override string Description => """
        Prints the id of the call when the broker has it. With --wait it prints the result, when a worker has ended the call;
        if that failed, one line on standard error has the type and the message of the exception, and the exit code is 1.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap call tasks.process_video --args '[\"home_video.mp4\"]'", "the id; overlap result ID tells the rest"),
        ("overlap call tasks.add --args '[2, 3]' --wait", "5"),
        ("overlap call tasks.echo --kwargs '{\"value\": 1}' --countdown 10s --broker redis://localhost", "in ten seconds, over a server"),
    ];

    public override IReadOnlyList<Argument> Arguments => [_task];

    public override IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("The call", _args, _kwargs, _queueName, _countdown, _expires, _priority, _id),
        _queue.Group,
        new OptionGroup("The result", _wait, _timeout, _json, _quiet),
    ];

    public override Task<int> RunAsync(Invocation invocation)
    {
        ParseResult values = invocation.Values;
        if (!values.GetValue(_wait) && (values.GetValue(_timeout) is not null || values.GetValue(_json)))
        {
            throw new RunException(ExitCode.Usage, "--timeout and --json are for --wait");
        }

        if (values.GetValue(_id) is { Length: 0 or > 155 })
        {
            throw new RunException(ExitCode.Usage, "--id: an id has 1 to 155 characters");
        }

        string task = values.GetValue(_task) is { Length: > 0 } name ? name : throw new RunException(ExitCode.Usage, "a task's name is not empty");
        Signature signature = new(task)
        {
            Args = values.GetValue(_args)?.Value.AsArray() ?? [],
            Kwargs = values.GetValue(_kwargs)?.Value.AsMap() ?? WireMap.Empty,
            Options = new CallOptions
            {
                Queue = values.GetValue(_queueName),
                Countdown = values.GetValue(_countdown)?.Value,
                ExpiresAfter = values.GetValue(_expires)?.Value,
                Priority = values.GetValue(_priority)?.Value,
                TaskId = values.GetValue(_id),
            },
        };
        return QueueLink.RunAsync(_queue, invocation, isMade: true, link => SendAsync(link, signature, invocation));
    }

    private async Task<int> SendAsync(QueueLink link, Signature signature, Invocation invocation)
    {
        TaskHandle handle;
        try
        {
            handle = await link.CreateClient(invocation.Terminal.TimeProvider).SendAsync(signature);
        }
        catch (MessageFormatException exception)
        {
            throw new RunException(ExitCode.Usage, $"--args, --kwargs: {exception.Message.TrimEnd('.')}", exception);
        }

        if (!invocation.Values.GetValue(_wait))
        {
            QueueText.Print(invocation.Terminal, handle.Id);
            return ExitCode.Success;
        }

        bool shows = invocation.Terminal.CanRedraw && !invocation.Values.GetValue(_quiet);
        return await ResultWait.RunAsync(
            link, handle.Id, invocation.Terminal, invocation.Values.GetValue(_timeout)?.Value, invocation.Values.GetValue(_json), shows);
    }
}
