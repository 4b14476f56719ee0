using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap fetch</c>: downloads a list into a folder.</summary>
internal sealed class FetchCommand : JobVerb
{
    private static readonly FetchOptions Defaults = new() { Folder = "." };

    private readonly TransferCommandOptions _transfer = new();

    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "DIR", Description = "the folder for the files (default: the current one)" };

    private readonly Option<ByteSize?> _maxSize = ValueOption.Create(
        "--max-size", "BYTES", "the most that one file may have, decoded (default: 1GiB)", ReadMaxSize, ByteSize.Expected);

    private readonly Option<ExistingFileName?> _exists = ValueOption.Create(
        "--exists", "POLICY", "a file that is there: skip, resume, overwrite or rename (default: skip)", ExistingFileName.TryParse, ExistingFileName.Expected).Offering(ExistingFileName.Words);

    private readonly Option<bool> _compressed = new("--compressed") { Description = "ask for compressed bodies and store them decoded; they cannot be resumed" };

    /// <inheritdoc/>
    public override string Name => "fetch";

    /// <inheritdoc/>
    public override string Summary => "download a list of URLs into a folder";

    /// <inheritdoc/>
    public override string Description => """
        Downloads many URLs at the same time, each once, hosts in turn, politely to each of them.
        A file has its name only when it is whole; partial ones end in .part and are continued by the next run.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap fetch -i urls.txt --out pages", "a list into a folder"),
        ("overlap fetch -i urls.txt --out pages --per-host 2 --rate 5/s", "more gently"),
        ("overlap compare fetch -i urls.txt --out pages", "under every model, with a verdict"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Argument> Arguments => [_transfer.Urls];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> OwnGroups =>
        [new OptionGroup("The files", _out, _exists, _maxSize, _compressed), .. _transfer.Groups];

    /// <inheritdoc/>
    public override ExecutionModel DefaultModel => ExecutionModel.Async;

    /// <inheritdoc/>
    public override int DefaultRetries => Defaults.Retries;

    /// <inheritdoc/>
    public override bool ResumesByItself => true;

    /// <inheritdoc/>
    public override JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context)
    {
        FetchOptions options = _transfer.Read(Defaults, values, attempts, context) with
        {
            Folder = values.GetValue(_out) ?? Defaults.Folder,
            MaxSize = values.GetValue(_maxSize)?.Bytes ?? Defaults.MaxSize,
            Existing = values.GetValue(_exists)?.Policy ?? Defaults.Existing,
            Compressed = values.GetValue(_compressed),
        };
        return JobPlan.Of(place => new FetchJob(options, place));
    }

    private static ByteSize? ReadMaxSize(string text) => ByteSize.TryParse(text) is { Bytes: > 0 } size ? size : null;
}
