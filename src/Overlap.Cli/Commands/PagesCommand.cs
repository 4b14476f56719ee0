using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Pages;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap pages</c>: the I/O-bound classic.</summary>
internal sealed class PagesCommand : JobVerb
{
    private static readonly PagesOptions Defaults = new();

    private readonly Option<Count?> _count = ValueOption.Number("--count", "N", $"pages to download (default: {Defaults.Count})", 1, int.MaxValue);

    private readonly Option<Duration?> _delay = ValueOption.Create(
        "--delay", "T", "how long the site takes to answer (default: 85ms)", Duration.TryParse, Duration.Expected);

    private readonly Option<Uri?> _site = ValueOption.Create(
        "--site", "URL", "a site that is up already, such as that of overlap site (default: one of its own)", ReadSite, "an http address such as http://127.0.0.1:8080/");

    public override string Name => "pages";

    public override string Summary => "download 160 pages from a slow site of its own: the classic of waiting";

    public override string Description => """
        Downloads pages, alternately 10,966 and 276 bytes, from a site on loopback that answers after 85 ms.
        It needs no network. Almost all of the time is waiting, so overlapping pays in full.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap pages", "all at once, as asynchronous calls"),
        ("overlap pages --model threads --workers 20", "on twenty threads"),
        ("overlap compare pages --count 40", "under every model, with a verdict"),
    ];

    public override IReadOnlyList<OptionGroup> OwnGroups => [new OptionGroup("The job", _count, _delay, _site)];

    public override ExecutionModel DefaultModel => ExecutionModel.Async;

    public override JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context)
    {
        PagesOptions options = new()
        {
            Count = values.GetValue(_count)?.Value ?? Defaults.Count,
            Delay = values.GetValue(_delay)?.Value ?? Defaults.Delay,
            Site = values.GetValue(_site),
        };
        return JobPlan.Of(_ => new PagesJob(options, context.TimeProvider));
    }

    private static Uri? ReadSite(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out Uri? site) && site.Scheme is "http" or "https" ? site : null;
}
