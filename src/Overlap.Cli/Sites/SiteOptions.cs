namespace Overlap.Cli.Sites;

/// <summary>How the test site behaves.</summary>
internal sealed record SiteOptions
{
    /// <summary>The TCP port; 0 takes a free one. Default: 0.</summary>
    public int Port { get; init; }

    /// <summary>How long every answer takes. Default: none.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The share of requests answered with 503, from 0 to 1. Default: 0.</summary>
    public double FailShare { get; init; }

    /// <summary>Requests a second beyond which the answer is 429; <see langword="null"/> for no limit.</summary>
    public double? TooManyPerSecond { get; init; }

    /// <summary>Requests answered at the same time; others wait. <see langword="null"/> for no limit.</summary>
    public int? AtATime { get; init; }

    /// <summary>The size of every page in bytes; <see langword="null"/> for the classic sizes.</summary>
    public long? Size { get; init; }

    /// <summary>Where the pattern of failures begins. Default: 0.</summary>
    public int Seed { get; init; }
}
