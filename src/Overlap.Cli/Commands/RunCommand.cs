using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Run;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Jobs.Run.Inputs;
using Overlap.Cli.Jobs.Run.Outputs;
using Overlap.Cli.Jobs.Run.Starts;
using Overlap.Cli.Rendering;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap run</c>: any command over many inputs.</summary>
internal sealed class RunCommand : JobVerb
{
    private readonly Argument<string[]> _words = new("COMMAND")
    {
        HelpName = "[--] COMMAND [WORD …] [::: ITEM …]",
        Arity = ArgumentArity.ZeroOrMore,
        Description = "the command, and the items",
    };

    private readonly Option<string?> _input = new("--input", "-i") { HelpName = "FILE", Description = "a file with one item per line; - is standard input, which is the default" };

    private readonly Option<bool> _nul = new("--null", "-0") { Description = "items end with NUL, not with a line end (find -print0)" };

    private readonly Option<ColumnSeparator?> _columns = ValueOption.Create(
        "--columns", "SEP", "lines have columns {1} {2} …: csv, tsv, or the character between them; double quotes as in CSV", ColumnSeparator.TryParse, ColumnSeparator.Expected).Offering("csv", "tsv");

    private readonly Option<bool> _header = new("--header") { Description = "the first line names the columns: {name}" };

    private readonly Option<bool> _shell = new("--shell") { Description = "let /bin/sh read the command; items are parameters of it, never code. Without a command each item is one" };

    private readonly Option<Duration?> _delay = ValueOption.Create("--delay", "T", "the least time between two starts", Duration.TryParse, Duration.Expected);

    private readonly Option<Rate?> _rate = ValueOption.Create("--rate", "R", "the most starts in a time, such as 20/s", Rate.TryParse, Rate.Expected);

    private readonly Option<LoadLimit?> _load = ValueOption.Create(
        "--load", "L", "start only while fewer threads of the machine run: 4, or 100% of the processors", LoadLimit.TryParse, LoadLimit.Expected);

    private readonly Option<ByteSize?> _memory = ValueOption.Create("--memfree", "BYTES", "start only while so much memory is free", ByteSize.TryParse, ByteSize.Expected);

    private readonly Option<Count?> _nice = ValueOption.Number("--nice", "N", "let commands yield to other programs, 1 to 19", 0, 19);

    private readonly Option<bool> _tag = new("--tag") { Description = "put the item and a tab before each line of its output" };

    private readonly Option<bool> _lines = new("--line-buffer") { Description = "print whole lines as they come, not all of an item at its end" };

    private readonly Option<bool> _ungroup = new("--ungroup", "-u") { Description = "let commands write where they like: lines may mix" };

    private RunSession? _session;
    private Action _letGoOfTerminal = static () => { };

    /// <inheritdoc/>
    public override string Name => "run";

    /// <inheritdoc/>
    public override string Summary => "run any command over many inputs";

    /// <inheritdoc/>
    public override string Description => """
        Starts the command once for every item, some at a time, and prints what each wrote, never mixed.
        {} is the item, {.} without extension, {/} its name, {//} its folder, {/.} name without extension, {#} its number;
        {2} {2.} {2/} … its second column. Without any of them the item is the last word. No shell reads items or command unless asked.
        While it runs: + and - (or the signals USR1 and USR2) change how many run, and end a search by -j auto; Ctrl-C starts no more, a second one ends what runs.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap run -- gzip -9 {} ::: *.log", "one command per file, one per core"),
        ("find . -name '*.wav' -print0 | overlap run -0 -- flac -s {} -o out/{/.}.flac", "names from a pipe"),
        ("overlap run -i hosts.txt -j 20 --timeout 10s --retries 2 --tag -- ssh {} uptime", "with a limit and a second chance"),
        ("overlap run -i list.csv --columns csv --header -- curl -so {file} {url}", "columns by name"),
        ("overlap run --shell -i commands.txt --joblog run.log --resume", "a file of commands, from where it stopped"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Argument> Arguments => [_words];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> OwnGroups =>
    [
        new OptionGroup("The items", _input, _nul, _columns, _header),
        new OptionGroup("The command", _shell, _tag, _lines, _ungroup),
        new OptionGroup("When one starts", _delay, _rate, _load, _memory, _nice),
    ];

    /// <inheritdoc/>
    public override ExecutionModel DefaultModel => ExecutionModel.Async;

    /// <inheritdoc/>
    public override IReadOnlyList<ExecutionModel> Models { get; } = [ExecutionModel.Inline, ExecutionModel.Async];

    /// <inheritdoc/>
    public override bool EndsInCommand => true;

    /// <inheritdoc/>
    public override bool LeavesTraces => true;

    /// <inheritdoc/>
    public override bool TakesTimeoutOfMedian => true;

    /// <inheritdoc/>
    public override TimeSpan? GraceAfterInterrupt => null;

    /// <inheritdoc/>
    public override string InterruptMessage => "stopping: commands that run may end; press Ctrl-C again to end them";

    /// <inheritdoc/>
    public override IReadOnlyList<string> Arrange(IReadOnlyList<string> words, IReadOnlyList<OptionGroup> groups) => CommandWords.Arrange(words, groups);

    /// <inheritdoc/>
    public override JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context)
    {
        if (values.GetValue(_header) && values.GetValue(_columns) is null)
        {
            throw new RunException(ExitCode.Usage, "--header names columns: give --columns too");
        }

        CommandWords words = CommandWords.Read(values.GetValue(_words) ?? []);
        string? input = values.GetValue(_input);
        Refuse(words, input, values, context.Terminal);
        RunOptions options = new()
        {
            Words = words.Command,
            Shell = values.GetValue(_shell),
            Input = new InputOptions
            {
                Lists = words.Lists,
                File = input is null or "-" ? null : input,
                StandardInput = context.Input,
                EndWithNul = values.GetValue(_nul),
                Separator = values.GetValue(_columns)?.Value,
                HasHeader = values.GetValue(_header),
            },
            Starts = new StartConditions
            {
                Delay = values.GetValue(_delay)?.Value ?? TimeSpan.Zero,
                Rate = values.GetValue(_rate),
                Load = values.GetValue(_load),
                FreeMemory = values.GetValue(_memory)?.Bytes,
            },
            Nice = values.GetValue(_nice)?.Value ?? 0,
            Attempts = attempts,
        };
        OutputPrinter printer = new(ModeOf(values), values.GetValue(_tag));
        _session = new RunSession(printer, message => context.Terminal.Messages.WriteLine($"overlap: {message}"));
        RunSession session = _session;
        return JobPlan.Of(_ => new RunJob(options, session, context.TimeProvider));
    }

    /// <inheritdoc/>
    public override IItemListener? CreateListener(ParseResult values, JobContext context, OutputPipe output, RunControl control, bool dataIsOurs)
    {
        if (dataIsOurs && ModeOf(values) == OutputMode.Direct)
        {
            throw new RunException(ExitCode.Usage, "--ungroup lets commands write to standard output, which --json, --jsonl and --csv need for themselves");
        }

        _session!.Printer.Connect(output, context.Terminal, control, dataIsOurs);
        return _session.Printer;
    }

    /// <inheritdoc/>
    public override IDisposable? OpenSteering(ParseResult values, JobContext context, RunControl control)
    {
        bool readsItems = CommandWords.Read(values.GetValue(_words) ?? []).Lists.Count == 0 && values.GetValue(_input) is null or "-";
        Terminal terminal = context.Terminal;

        // Where standard output is a pipe, what reads it may be a pager, whose keys they are.
        bool keysAreOurs = terminal.InputIsTerminal ? !readsItems : terminal.OutputIsTerminal;
        RunSteering steering = new(_session!, keysAreOurs && terminal.CanRedraw);
        _letGoOfTerminal = steering.LetGo;
        return steering;
    }

    /// <inheritdoc/>
    public override void KillAll()
    {
        _session?.SignalAll(ChildCalls.SignalKill);
        _letGoOfTerminal();
    }

    private void Refuse(CommandWords words, string? input, ParseResult values, Terminal terminal)
    {
        if (words.Command.Count == 0 && !values.GetValue(_shell))
        {
            throw new RunException(ExitCode.Usage, "no command: overlap run -- COMMAND {} ::: ITEM … (a list of whole commands is run with --shell)");
        }

        if (words.Lists.Count > 0 && input is not null)
        {
            throw new RunException(ExitCode.Usage, "items after ::: and from --input: give one of them");
        }

        if (words.Lists.Count == 0 && input is null && terminal.InputIsTerminal)
        {
            throw new RunException(ExitCode.Usage, "no items: give them after :::, a list with -i FILE, or pipe them in");
        }
    }

    private OutputMode ModeOf(ParseResult values)
    {
        bool lines = values.GetValue(_lines);
        bool ungroup = values.GetValue(_ungroup);
        if (ungroup && (lines || values.GetValue(_tag)))
        {
            throw new RunException(ExitCode.Usage, "--ungroup goes with neither --line-buffer nor --tag: they need the output to come this way");
        }

        return (lines, ungroup) switch
        {
            (true, _) => OutputMode.Lines,
            (_, true) => OutputMode.Direct,
            _ => OutputMode.Grouped,
        };
    }
}
