using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Commands;

/// <summary>How often and how long an item is tried; the same words in every job and in <c>compare</c>.</summary>
internal sealed class AttemptOptions
{
    private readonly Option<Count?> _retries;
    private readonly Option<TimeoutLimit?> _timeout;
    private readonly Option<Duration?> _maxTime;

    /// <param name="defaultRetries">Further attempts when the user does not say how many; <see langword="null"/> where it depends on the job.</param>
    /// <param name="takesMedian">Whether the time of an attempt may be limited by a multiple of the median.</param>
    public AttemptOptions(int? defaultRetries, bool takesMedian = false)
    {
        string byDefault = defaultRetries is null ? "what the job does alone" : $"{defaultRetries}";
        _retries = ValueOption.Number("--retries", "N", $"further attempts at an item that failed (default: {byDefault})", 0, 1_000);
        _timeout = ValueOption.Create(
            "--timeout",
            "T",
            takesMedian ? "the longest that one attempt may take: a time, or a multiple of the median such as 300%" : "the longest that one attempt may take",
            text => TimeoutLimit.TryParse(text) is { } limit && (takesMedian || limit.OfMedian is null) ? limit : null,
            takesMedian ? TimeoutLimit.Expected : Duration.Expected);
        _maxTime = ValueOption.Create("--max-time", "T", "the longest that an item may take with all its attempts", Positive, Duration.Expected);
    }

    public IReadOnlyList<Option> All => [_retries, _timeout, _maxTime];

    public AttemptPolicy Read(ParseResult values, int defaultRetries) => new()
    {
        Retries = values.GetValue(_retries)?.Value ?? defaultRetries,
        Timeout = values.GetValue(_timeout)?.Time,
        TimeoutOfMedian = values.GetValue(_timeout)?.OfMedian,
        MaxTime = values.GetValue(_maxTime)?.Value,
    };

    /// <summary>Reads a duration in which nothing could be done as no duration.</summary>
    internal static Duration? Positive(string text) =>
        Duration.TryParse(text) is { } duration && duration.Value > TimeSpan.Zero ? duration : null;
}
