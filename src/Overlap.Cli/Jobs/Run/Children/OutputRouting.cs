namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Where what a child writes goes.</summary>
internal enum OutputRouting
{
    /// <summary>Through pipes to this program.</summary>
    Piped,

    /// <summary>To this program's own outputs, as it comes.</summary>
    Direct,

    /// <summary>Nowhere.</summary>
    Discarded,
}
