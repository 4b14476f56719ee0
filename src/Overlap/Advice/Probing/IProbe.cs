using Overlap.Executors;

namespace Overlap.Advice.Probing;

/// <summary>A job of which a part can be run, under a model and with a number of workers, to see what it takes.</summary>
/// <remarks><see cref="Advisor.MeasureAsync(IProbe, AdviceOptions, CancellationToken)"/> asks for one run after the other; the items are done for real.</remarks>
public interface IProbe
{
    /// <summary>What is run, such as <c>pages</c>.</summary>
    string Job { get; }

    /// <summary>The items of the whole job; <see langword="null"/> when nobody knows.</summary>
    long? Items { get; }

    /// <summary>The items that may be done in all while measuring; <see langword="null"/> for as many as are asked for.</summary>
    long? ItemsToTry { get; }

    /// <summary>The model that the work is written for; <see langword="null"/> when it is written for all of them.</summary>
    ExecutionModel? Natural { get; }

    /// <summary>What the job can run under, the first of them with one worker: that shows what an item needs.</summary>
    IReadOnlyList<ProbeModel> Models { get; }

    /// <summary>Does items, one after the other or some at a time, until the order is fulfilled, and waits for those that run.</summary>
    /// <param name="order">What to run.</param>
    /// <param name="cancellationToken">Gives up; what was recorded so far is still returned if it can be.</param>
    Task<ProbeRun> RunAsync(ProbeOrder order, CancellationToken cancellationToken);
}
