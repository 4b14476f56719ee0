namespace Overlap.Testing.Exploration;

/// <summary>Says what an object does when its operations run one after the other: what concurrent calls are measured by.</summary>
/// <typeparam name="TState">
/// The object's state. Immutable, and equal when it is the same by <see cref="StateComparer"/>: states that were tried are remembered.
/// </typeparam>
/// <typeparam name="TOperation">An operation with its arguments.</typeparam>
/// <typeparam name="TResult">What operations return.</typeparam>
public abstract class LinearizableModel<TState, TOperation, TResult>
{
    /// <summary>The state of a new object.</summary>
    public abstract TState InitialState { get; }

    /// <summary>How states are told apart. Default: as <typeparamref name="TState"/> does it.</summary>
    public virtual IEqualityComparer<TState> StateComparer => EqualityComparer<TState>.Default;

    /// <summary>Applies an operation to a state.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="operation">The operation.</param>
    /// <param name="answer">What the call came to; <see cref="Answer{TResult}.Is"/> compares it with what it should be.</param>
    /// <param name="next">The state after.</param>
    /// <returns>
    /// Whether the operation can take effect in this state with this answer; <see langword="false"/> too for an operation that would have to wait.
    /// </returns>
    public abstract bool TryApply(TState state, TOperation operation, Answer<TResult> answer, out TState next);

    /// <summary>Names the part of the object that an operation touches, where operations on different parts have nothing to do with each other.</summary>
    /// <param name="operation">The operation.</param>
    /// <returns>A key; each key's calls are checked by themselves, each from the initial state. Default: the same for all.</returns>
    /// <remarks>A history of many keys is checked so in a fraction of the time. Never for operations that touch several parts.</remarks>
    public virtual object PartOf(TOperation operation) => this;

    /// <summary>Writes an operation for the drawing of a history. Default: its own text.</summary>
    /// <param name="operation">The operation.</param>
    public virtual string Describe(TOperation operation) => $"{operation}";

    /// <summary>Writes a state for the story of a history. Default: its own text.</summary>
    /// <param name="state">The state.</param>
    public virtual string DescribeState(TState state) => $"{state}";
}
