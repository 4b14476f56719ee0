using System.Globalization;

namespace Overlap.Advice.Scaling;

/// <summary>A fitted law in words.</summary>
internal static class LawText
{
    // Of the processors' time, the part from which on it is they that hold workers up.
    private const double NearlyFull = 0.75;

    /// <param name="fit">The law.</param>
    /// <param name="computing">How long an item computes: whether the processors are the limit.</param>
    /// <param name="cores">The processors.</param>
    /// <param name="limitedBy">A limit of the job's own.</param>
    public static string Of(ScalingFit fit, TimeSpan computing, int cores, string? limitedBy) => fit.Law switch
    {
        ScalingLaw.Linear => "Twice the workers did twice as much, as far as was measured",
        ScalingLaw.Amdahl => Invariant($"Amdahl's law: {Percent(fit.Contention)} of an item's time is done one after the other"),
        ScalingLaw.Ceiling => Invariant($"In proportion up to {Figures.Rate(fit.Ceiling!.Value)}, which {WhoLimits(fit.Ceiling.Value * computing.TotalSeconds, cores, limitedBy)} at the most: about {fit.Ceiling.Value / fit.Rate:0.#} at a time"),
        _ => Invariant($"Universal Scalability Law: {Percent(fit.Contention)} of an item's time is done one after the other, and each pair of workers costs {fit.Coherence * 100:0.###} % more")
            + (fit.Peak is { } peak ? Invariant($": {peak:0} do the most") : ""),
    };

    private static string WhoLimits(double busy, int cores, string? limitedBy) =>
        busy >= cores * NearlyFull ? cores == 1 ? "the one core does" : Invariant($"the {cores:N0} cores do")
        : limitedBy is not null ? $"{limitedBy} lets through"
        : "something outside does";

    private static string Percent(double share) => Figures.Percent(share);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
