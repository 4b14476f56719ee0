namespace Overlap.Advice.Scaling;

/// <summary>A figure and between what bounds it lies with a probability of 95 %.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Low">The lower bound.</param>
/// <param name="High">The upper bound.</param>
public readonly record struct Interval(double Value, double Low, double High)
{
    /// <summary>Makes the interval of a figure whose error is told as a part of it.</summary>
    /// <param name="value">The figure.</param>
    /// <param name="relativeHalfWidth">Half the interval, as a part of the figure.</param>
    internal static Interval Around(double value, double relativeHalfWidth) =>
        new(value, value / (1 + relativeHalfWidth), value * (1 + relativeHalfWidth));

    /// <summary>The interval of a number divided by this.</summary>
    internal Interval Under(double numerator) => new(numerator / Value, numerator / High, Low > 0 ? numerator / Low : double.PositiveInfinity);

    /// <summary>The interval of this times a number that is not negative.</summary>
    internal Interval Times(double factor) => new(Value * factor, Low * factor, High * factor);
}
