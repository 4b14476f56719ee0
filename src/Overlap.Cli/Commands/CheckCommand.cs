using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Check;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap check</c>: asks every URL of a list how it is.</summary>
internal sealed class CheckCommand : JobVerb
{
    private static readonly CheckOptions Defaults = new();

    private readonly TransferCommandOptions _transfer = new();

    private readonly Option<StatusSet?> _accept = ValueOption.Create(
        "--accept", "LIST", "the statuses that are well (default: 200-299)", StatusSet.TryParse, StatusSet.Expected);

    /// <inheritdoc/>
    public override string Name => "check";

    /// <inheritdoc/>
    public override string Summary => "ask every URL of a list how it is";

    /// <inheritdoc/>
    public override string Description => """
        Asks for the headers of each URL, follows redirects, and tells status, time, final address and version.
        It stores nothing. The exit code is 1 when any URL is not well.
        """;

    /// <inheritdoc/>
    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap check https://example.com/", "one site"),
        ("overlap check -i sites.txt --csv", "a list, as a table"),
        ("overlap check -i sites.txt --accept 200-299,403", "a refusal counts as well"),
    ];

    /// <inheritdoc/>
    public override IReadOnlyList<Argument> Arguments => [_transfer.Urls];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionGroup> OwnGroups => [new OptionGroup("What is well", _accept), .. _transfer.Groups];

    /// <inheritdoc/>
    public override ExecutionModel DefaultModel => ExecutionModel.Async;

    /// <inheritdoc/>
    public override int DefaultRetries => Defaults.Retries;

    /// <inheritdoc/>
    public override JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context)
    {
        CheckOptions options = _transfer.Read(Defaults, values, attempts, context) with
        {
            Accept = values.GetValue(_accept) ?? Defaults.Accept,
        };
        return JobPlan.Of(place => new CheckJob(options, place));
    }
}
