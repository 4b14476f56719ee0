using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>What counts as what: the one opinion behind every verdict and every recommendation.</summary>
internal static class Thresholds
{
    /// <summary>A gain smaller than this is not one: runs of the same program differ as much.</summary>
    public const double LeastGain = 1.05;

    /// <summary>Models this close are equally fast: the next run may turn them round.</summary>
    public const double Alike = 1.1;

    /// <summary>The share of the processors from which on other programs spoil a measurement.</summary>
    public const double MuchForeignLoad = 0.1;

    /// <summary>With fewer items one slow one decides.</summary>
    public const long FewItems = 10;

    // Of an item's time, the share of work above which processors are what is missing, and below which they hardly matter.
    private const double CpuBoundFrom = 0.9;
    private const double IoBoundBelow = 0.2;

    /// <summary>A saving smaller than this nobody notices.</summary>
    public static readonly TimeSpan LeastSaving = TimeSpan.FromMilliseconds(50);

    /// <summary>Handing over a smaller item costs about as much as doing it.</summary>
    public static readonly TimeSpan TinyItem = TimeSpan.FromMicroseconds(50);

    /// <summary>Below this much work in all, a person who runs it now and then does not notice the difference.</summary>
    public static readonly TimeSpan ShortWork = TimeSpan.FromSeconds(1.5);

    /// <summary>What holds items back of whose time so much is waiting.</summary>
    public static Bound BoundOf(double waitShare) => (1 - waitShare) switch
    {
        > CpuBoundFrom => Bound.Cpu,
        < IoBoundBelow => Bound.Io,
        _ => Bound.Mixed,
    };

    /// <summary>The fastest; of those that are equally fast, the simplest that suits the job.</summary>
    /// <param name="candidates">At least one.</param>
    /// <param name="time">How long one takes.</param>
    /// <param name="model">Its model.</param>
    /// <param name="bound">What holds the items back.</param>
    /// <param name="natural">The model that the work is written for; <see langword="null"/> when it is written for all.</param>
    public static T FastestOf<T>(IReadOnlyList<T> candidates, Func<T, TimeSpan> time, Func<T, ExecutionModel> model, Bound bound, ExecutionModel? natural = null)
    {
        TimeSpan shortest = candidates.Min(time);
        return candidates
            .Where(candidate => time(candidate) <= shortest * Alike)
            .OrderBy(candidate => bound == Bound.Mixed && model(candidate) == natural && natural != ExecutionModel.Inline ? 1 : RankOf(model(candidate), bound))
            .First();
    }

    // Where items wait, a call that waits needs no thread; else a thread is simpler to write and to follow.
    private static int RankOf(ExecutionModel model, Bound bound) => model switch
    {
        ExecutionModel.Inline => 0,
        ExecutionModel.Async => bound == Bound.Io ? 2 : 4,
        ExecutionModel.Threads => 3,
        _ => 5,
    };

    /// <summary>Whether a gain is one: beyond the noise, and enough to be noticed.</summary>
    /// <param name="inline">How long one after the other takes.</param>
    /// <param name="overlapped">How long it takes otherwise.</param>
    /// <param name="noise">How far runs lie apart, as a part of their time.</param>
    /// <param name="item">How long one item takes; zero when nobody knows.</param>
    public static bool IsWorthIt(TimeSpan inline, TimeSpan overlapped, double noise, TimeSpan item) =>
        inline > overlapped * Math.Max(LeastGain, 1 + noise) && inline - overlapped >= LeastSaving && (item == TimeSpan.Zero || item >= TinyItem);
}
