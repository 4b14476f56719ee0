namespace Overlap.Cli.Jobs.Fib;

/// <summary>What <c>fib</c> computes.</summary>
internal sealed record FibOptions
{
    /// <summary>The argument. Default: 35, some fifty milliseconds of work.</summary>
    public int Argument { get; init; } = 35;

    /// <summary>How often. Default: 20.</summary>
    public int Times { get; init; } = 20;
}
