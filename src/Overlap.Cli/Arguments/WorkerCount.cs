namespace Overlap.Cli.Arguments;

/// <summary>How many items at the same time: a number, or as many as the work bears.</summary>
/// <param name="Value">The number; <see langword="null"/> for automatic.</param>
internal sealed record WorkerCount(int? Value)
{
    /// <summary>What finds the number by itself.</summary>
    public static readonly WorkerCount Auto = new((int?)null);

    /// <summary>The word for <see cref="Auto"/>.</summary>
    public const string AutoName = "auto";

    /// <summary>Whether the number is found meanwhile.</summary>
    public bool IsAuto => Value is null;

    public static implicit operator WorkerCount(int value) => new(value);

    /// <summary>Makes what reads a number within bounds, or the word.</summary>
    public static Func<string, WorkerCount?> Parser(int most) => text =>
        text == AutoName ? Auto : Count.TryParse(text) is { Value: >= 1 } count && count.Value <= most ? new WorkerCount(count.Value) : null;

    /// <summary>What a good value is, for an error.</summary>
    public static string Expected(int most) => $"a whole number from 1 to {most:N0}, or {AutoName}";
}
