namespace Overlap.Waiting;

/// <summary>Takes the place of the runtime's pool while a program is explored: every hand-off comes here and waits for its turn.</summary>
/// <remarks>
/// At most one for each thread. Where none is set, which is everywhere but under the race explorer, it costs one read of a static field on the
/// way of an operation that did not have to wait, and nothing more.
/// A build of the library whose every atomic operation is explored has a class of its own in this place.
/// </remarks>
internal abstract class Interleaver
{
    [ThreadStatic]
    private static Interleaver? _current;

    private static int _count;

    /// <summary>Whether any thread of the process explores; then, and only then, <see cref="Current"/> need be asked.</summary>
    public static bool IsOn => _count > 0;

    /// <summary>The one of this thread.</summary>
    public static Interleaver? Current => IsOn ? _current : null;

    /// <summary>
    /// What awaits of the library say to <c>ConfigureAwait</c>: <see langword="false"/>, but under the race explorer, which knows by the context whose
    /// a continuation is, also of tasks that the library did not make.
    /// </summary>
    public static bool KeepsContext => Current is not null;

    /// <summary>Sets the one of this thread; <see langword="null"/> takes it away.</summary>
    public static void Install(Interleaver? interleaver)
    {
        Interlocked.Add(ref _count, (interleaver is null ? 0 : 1) - (_current is null ? 0 : 1));
        _current = interleaver;
    }

    /// <summary>Makes an operation that did not have to wait one after which others may run.</summary>
    public static ValueTask<T> Pause<T>(ValueTask<T> done) => Current is { } interleaver ? interleaver.PauseAsync(done) : done;

    /// <inheritdoc cref="Pause{T}(ValueTask{T})"/>
    public static ValueTask Pause(ValueTask done) => Current is { } interleaver ? interleaver.PauseAsync(done) : done;

    /// <summary>Notes what happened to a primitive, for the picture of the interleaving.</summary>
    /// <param name="primitive">The primitive.</param>
    /// <param name="note">What happened.</param>
    public static void Note(object primitive, PrimitiveNote note) => Current?.OnNote(primitive, note);

    /// <summary>Says that the thread is about to be blocked, which nothing could end when one thread runs all; throws then.</summary>
    /// <param name="primitive">What it would wait for.</param>
    public static void Block(object primitive) => Current?.OnBlock(primitive);

    /// <summary>Queues work that the library would hand to the pool.</summary>
    public abstract void Post(IThreadPoolWorkItem workItem);

    /// <inheritdoc cref="Post(IThreadPoolWorkItem)"/>
    public abstract void Post(Action<object?> callback, object? state);

    /// <inheritdoc cref="Pause{T}(ValueTask{T})"/>
    protected abstract ValueTask<T> PauseAsync<T>(ValueTask<T> done);

    /// <inheritdoc cref="Pause{T}(ValueTask{T})"/>
    protected abstract ValueTask PauseAsync(ValueTask done);

    /// <inheritdoc cref="Note"/>
    protected abstract void OnNote(object primitive, PrimitiveNote note);

    /// <inheritdoc cref="Block"/>
    protected abstract void OnBlock(object primitive);
}
