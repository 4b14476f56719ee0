namespace Overlap.Cli.Jobs;

/// <summary>A field of a job's own in the end of an item: a name in camelCase, and a text, a number, a flag or nothing.</summary>
/// <remarks>Not an <see cref="object"/>: an end may come from a worker process, and what it is made of must be known on both sides.</remarks>
internal sealed record ItemField
{
    public required string Name { get; init; }

    public string? Text { get; init; }

    public long? Number { get; init; }

    public bool? Flag { get; init; }

    public static ItemField Of(string name, string? text) => new() { Name = name, Text = text };

    public static ItemField Of(string name, long? number) => new() { Name = name, Number = number };

    public static ItemField Of(string name, bool? flag) => new() { Name = name, Flag = flag };

    /// <summary>Gives the text, the number, the flag, or <see langword="null"/>.</summary>
    public object? ToObject() => Text ?? (object?)Number ?? Flag;
}
