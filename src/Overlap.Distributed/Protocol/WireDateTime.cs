namespace Overlap.Distributed.Protocol;

/// <summary>A date with a time of day, as Python's <c>datetime</c>: with an offset from UTC, or without one.</summary>
/// <param name="Local">The date and time of day as written; its kind is not looked at.</param>
/// <param name="Offset">How far it is ahead of UTC; <see langword="null"/>: not said, and then UTC is meant.</param>
public readonly record struct WireDateTime(DateTime Local, TimeSpan? Offset)
{
    /// <summary>Takes a moment with its offset.</summary>
    public static implicit operator WireDateTime(DateTimeOffset value) => new(value.DateTime, value.Offset);

    /// <summary>The moment that is meant.</summary>
    public DateTimeOffset ToDateTimeOffset() => new(DateTime.SpecifyKind(Local, DateTimeKind.Unspecified), Offset ?? TimeSpan.Zero);
}
