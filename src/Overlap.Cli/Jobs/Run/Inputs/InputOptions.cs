namespace Overlap.Cli.Jobs.Run.Inputs;

/// <summary>Where the items come from.</summary>
internal sealed record InputOptions
{
    /// <summary>The lists given after <c>:::</c>; items are all combinations, the last list turning fastest. Empty: the items are read.</summary>
    public IReadOnlyList<IReadOnlyList<byte[]>> Lists { get; init; } = [];

    /// <summary>The file to read; <see langword="null"/> for standard input.</summary>
    public string? File { get; init; }

    /// <summary>Standard input.</summary>
    public required Stream StandardInput { get; init; }

    /// <summary>Whether items end with NUL and not with a line end.</summary>
    public bool EndWithNul { get; init; }

    /// <summary>What separates columns; <see langword="null"/> when there are none.</summary>
    public byte? Separator { get; init; }

    /// <summary>Whether the first record names the columns.</summary>
    public bool HasHeader { get; init; }
}
