using System.CommandLine;
using System.CommandLine.Parsing;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Commands;

/// <summary>The options that <c>fetch</c> and <c>check</c> have in common.</summary>
internal sealed class TransferCommandOptions
{
    private readonly Option<string?> _input = new("--input", "-i") { HelpName = "FILE", Description = "a file with one URL per line; - is standard input" };

    private readonly Option<bool> _nul = new("--null", "-0") { Description = "URLs in the input end with NUL, not with a line end" };

    private readonly Option<WorkerCount?> _perHost = ValueOption.Create(
        "--per-host", "N", "requests at one host at the same time; auto: as many as it bears (default: 6)", WorkerCount.Parser(JobOptions.MostWorkers), WorkerCount.Expected(JobOptions.MostWorkers)).Offering(WorkerCount.AutoName);

    private readonly Option<Rate?> _rate = ValueOption.Create(
        "--rate", "R", "requests started at one host (default: no limit)", Rate.TryParse, Rate.Expected);

    private readonly Option<Duration?> _retryAfterMax = ValueOption.Create(
        "--retry-after-max", "T", "the longest Retry-After that is waited for (default: 120s)", Duration.TryParse, Duration.Expected);

    private readonly Option<Count?> _maxRedirects = ValueOption.Number("--max-redirects", "N", "redirects followed (default: 10)", 0, 1_000);

    private readonly Option<bool> _denyPrivate = new("--deny-private") { Description = "refuse addresses that are not public, whatever name led to them" };

    private readonly Option<string[]> _headers = new("--header", "-H")
    {
        HelpName = "H",
        Description = "a header for the host of the URL itself, as Name: value; may be repeated",
    };

    private readonly Argument<string[]> _urls = new("URL") { HelpName = "[URL …]", Arity = ArgumentArity.ZeroOrMore, Description = "what to ask for" };

    /// <summary>The URLs given one by one.</summary>
    public Argument<string[]> Urls => _urls;

    /// <summary>The options, by what they are about.</summary>
    public IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("The list", _input, _nul),
        new OptionGroup("Manners", _perHost, _rate, _retryAfterMax, _maxRedirects, _headers, _denyPrivate),
    ];

    /// <summary>Puts the values into the settings of a job.</summary>
    /// <exception cref="RunException">There is no URL, or a header is not one.</exception>
    public T Read<T>(T byDefault, ParseResult values, AttemptPolicy attempts, JobContext context)
        where T : TransferOptions
    {
        string[] urls = values.GetValue(_urls) ?? [];
        string? input = values.GetValue(_input);
        if (urls.Length == 0 && input is null)
        {
            throw new RunException(ExitCode.Usage, "no URL: give URLs, or a list with -i FILE (- is standard input)");
        }

        return (T)(TransferOptions)(byDefault with
        {
            Urls = urls,
            InputFile = input,
            StandardInput = context.Terminal.Input,
            NulSeparated = values.GetValue(_nul),
            InterleaveHosts = !KeepsOrder(values),
            PerHost = values.GetValue(_perHost)?.Value ?? byDefault.PerHost,
            AdaptsPerHost = values.GetValue(_perHost) is { IsAuto: true },
            RatePerHost = values.GetValue(_rate)?.PerSecond ?? byDefault.RatePerHost,
            RetryAfterMax = values.GetValue(_retryAfterMax)?.Value ?? byDefault.RetryAfterMax,
            MaxRedirects = values.GetValue(_maxRedirects)?.Value ?? byDefault.MaxRedirects,
            DenyPrivate = values.GetValue(_denyPrivate),
            Headers = [.. (values.GetValue(_headers) ?? []).Select(ReadHeader)],
            Retries = attempts.Retries,
            AttemptTimeout = attempts.Timeout,
            MaxTime = attempts.MaxTime,
            TimeProvider = context.TimeProvider,
        });
    }

    // By name: the option belongs to the verb, and compare does not have it.
    private static bool KeepsOrder(ParseResult values) =>
        values.CommandResult.Children.OfType<OptionResult>().Any(result => result.Option.Name == "--keep-order" && !result.Implicit);

    private static RequestHeader ReadHeader(string text) => RequestHeader.TryParse(text, out RequestHeader? header, out string? reason)
        ? header
        : throw new RunException(ExitCode.Usage, $"--header: {reason}");
}
