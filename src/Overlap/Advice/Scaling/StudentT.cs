namespace Overlap.Advice.Scaling;

/// <summary>How many standard errors an interval of 95 % reaches to either side.</summary>
/// <remarks>Source: the quantile 0.975 of Student's t distribution; beyond thirty degrees of freedom Cornish and Fisher's first term.</remarks>
internal static class StudentT
{
    private const double Normal = 1.959964;

    private static readonly double[] Quantiles =
    [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
        2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
        2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];

    /// <param name="degreesOfFreedom">At least 1.</param>
    public static double Of(int degreesOfFreedom) => degreesOfFreedom <= Quantiles.Length
        ? Quantiles[Math.Max(1, degreesOfFreedom) - 1]
        : Normal + (((Normal * Normal * Normal) + Normal) / (4 * degreesOfFreedom));
}
