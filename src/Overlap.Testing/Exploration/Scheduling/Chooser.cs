namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Chooses what runs next: one strategy, over all schedules of an exploration.</summary>
internal abstract class Chooser
{
    /// <summary>From this id on a "lane" is not a lane of the program but the oldest buffered store of lane id − this.</summary>
    public const int FirstStore = 10_000;

    /// <summary>The strategy with its numbers, for the result.</summary>
    public abstract string Description { get; }

    /// <summary>Whether all schedules within the bound were run.</summary>
    public virtual bool IsExhausted => false;

    /// <summary>Whether a schedule that this chooser had seen before offered other choices this time.</summary>
    public virtual bool HasDiverged => false;

    /// <summary>Begins a schedule; the same one again when its number is that of the one before.</summary>
    /// <param name="number">Which one, from 1.</param>
    public abstract void Begin(int number);

    /// <summary>Chooses among two or more.</summary>
    /// <param name="lanes">
    /// The ids of lanes that can run: first the one that ran last, if it can go on, then the others, ascending. For a choice of data 0, 1, 2 ….
    /// </param>
    /// <param name="kind">What is chosen.</param>
    /// <returns>An index into <paramref name="lanes"/>; 0 is the choice that a schedule without a mind of its own would make.</returns>
    public abstract int Choose(ReadOnlySpan<int> lanes, ChoiceKind kind);

    /// <summary>Looks for a further schedule after one has ended.</summary>
    /// <returns>Whether there is one; <see langword="false"/>: all within the bound were run.</returns>
    public abstract bool Next();

    /// <summary>Whether a choice leaves a lane that could have gone on.</summary>
    public static bool IsPreemption(ReadOnlySpan<int> lanes, ChoiceKind kind, int index) =>
        kind == ChoiceKind.Preemption && index > 0 && lanes[index] < FirstStore;
}
