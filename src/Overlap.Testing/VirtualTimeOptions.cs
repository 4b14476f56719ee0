namespace Overlap.Testing;

/// <summary>Where a <see cref="VirtualTimeProvider"/> starts and whether it moves by itself.</summary>
public sealed record VirtualTimeOptions
{
    /// <summary>The first time that the clock shows. Default: midnight of 1 January 2000, UTC.</summary>
    public DateTimeOffset Start { get; init; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// The real time for which no timer is set, changed or fired until the clock jumps to the next one by itself; <see langword="null"/>: it
    /// never does. Unit: real time, not negative. Default: <see langword="null"/>.
    /// </summary>
    /// <remarks>
    /// For tests that only want delays to cost nothing. It guesses that a program which has been quiet for so long waits for the clock;
    /// a test whose meaning hangs on the order of a timer and other work moves the clock itself.
    /// </remarks>
    public TimeSpan? AutoJumpAfter
    {
        get;
        init
        {
            if (value is { } time)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, nameof(AutoJumpAfter));
            }

            field = value;
        }
    }
}
