namespace Overlap.Cli.Jobs.Pages;

/// <summary>What <c>pages</c> downloads.</summary>
internal sealed record PagesOptions
{
    /// <summary>The number of pages. Default: 160.</summary>
    public int Count { get; init; } = 160;

    /// <summary>How long the site takes for each. Default: 85 ms.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(85);

    /// <summary>A site that is up already; <see langword="null"/> for the embedded one.</summary>
    public Uri? Site { get; init; }
}
