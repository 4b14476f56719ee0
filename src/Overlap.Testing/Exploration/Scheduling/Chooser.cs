namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Chooses what runs next: one strategy, over all schedules of an exploration.</summary>
internal abstract class Chooser
{
    /// <summary>Begins a schedule.</summary>
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
}
