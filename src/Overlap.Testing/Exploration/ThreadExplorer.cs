using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration;

/// <summary>What a program of threads sees of the explorer: real threads, of which one runs at a time.</summary>
/// <remarks>
/// Threads change places where the program uses a stand-in of <c>Overlap.Testing.Exploration.StandIns</c>, a <see cref="Shared{T}"/> or this object,
/// and nowhere else: what lies between two such places runs as one step.
/// </remarks>
public sealed class ThreadExplorer : Explorer
{
    private readonly ThreadRun _run;

    internal ThreadExplorer(ThreadRun run)
    {
        _run = run;
        run.Explorer = this;
    }

    /// <summary>The explorer of the thread that asks; <see langword="null"/> where nothing is explored.</summary>
    public static ThreadExplorer? Current => ThreadLane.Current?.Run.Explorer;

    /// <inheritdoc/>
    public override TimeProvider TimeProvider => _run.TimeProvider;

    /// <summary>Starts a thread. It runs when the schedule chooses it, not before.</summary>
    /// <param name="name">What it is called in the interleaving.</param>
    /// <param name="body">What it does.</param>
    public void Spawn(string name, Action body)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(body);
        _run.ThrowIfOver();
        ThreadLane.Current?.Fence();
        _run.Spawn(name, body);
    }

    /// <summary>Lets other threads come first, if the schedule says so.</summary>
    public void Point() => Here();

    /// <summary>Stops this thread until a condition holds.</summary>
    /// <param name="until">
    /// Looked at whenever another thread runs next. It sees what this thread would see; it may use stand-ins, without making a step.
    /// </param>
    /// <param name="what">What is waited for, for people: "the queue is empty".</param>
    public void Wait(Func<bool> until, string what)
    {
        ArgumentNullException.ThrowIfNull(until);
        ArgumentException.ThrowIfNullOrEmpty(what);
        Here().WaitUntil(until, what);
    }

    /// <summary>Stops this thread until a task has ended, and takes its end.</summary>
    /// <param name="task">The task; what ends it must run on threads of the program.</param>
    /// <exception cref="Exception">That of the task.</exception>
    public void Wait(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!task.IsCompleted)
        {
            Wait(() => task.IsCompleted, "the end of a task");
        }

        task.GetAwaiter().GetResult();
    }

    /// <inheritdoc cref="Wait(Task)"/>
    public T Wait<T>(Task<T> task)
    {
        Wait((Task)task);
        return task.GetAwaiter().GetResult();
    }

    /// <summary>Stops this thread until an operation has ended, and takes its result; it listens to the operation as an <c>await</c> would.</summary>
    /// <param name="operation">The operation; what ends it must run on threads of the program.</param>
    /// <returns>Its result.</returns>
    /// <exception cref="Exception">That of the operation.</exception>
    public T Wait<T>(ValueTask<T> operation)
    {
        ConfiguredValueTaskAwaitable<T>.ConfiguredValueTaskAwaiter awaiter = operation.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            StrongBox<bool> told = new();
            awaiter.UnsafeOnCompleted(() => Tell(told));
            Wait(() => told.Value, "the end of an operation");
        }

        return awaiter.GetResult();
    }

    /// <inheritdoc cref="Wait{T}(ValueTask{T})"/>
    public void Wait(ValueTask operation)
    {
        ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter awaiter = operation.ConfigureAwait(false).GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            StrongBox<bool> told = new();
            awaiter.UnsafeOnCompleted(() => Tell(told));
            Wait(() => told.Value, "the end of an operation");
        }

        awaiter.GetResult();
    }

    /// <inheritdoc/>
    public override int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        int number = count == 1 ? 0 : _run.ChooseData(ThreadLane.Current, count);
        if (_run.IsExplained)
        {
            ThreadLane.Current?.Tell($"chooses {number} of {count}");
        }

        return number;
    }

    /// <inheritdoc/>
    public override void Assert(
        bool condition, string? message = null, [CallerArgumentExpression(nameof(condition))] string text = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (condition)
        {
            return;
        }

        if (_run.IsExplained)
        {
            _run.Tell(ThreadLane.Current?.Name ?? "end", $"finds that this does not hold: {message ?? text}", file, line);
        }

        _run.FailAssertion(message ?? $"{text} does not hold");
    }

    /// <inheritdoc/>
    public override void AtEnd(Action check)
    {
        ArgumentNullException.ThrowIfNull(check);
        _run.AtEnd(check);
    }

    /// <inheritdoc/>
    public override Shared<T> Share<T>(string name, T value) => new ThreadShared<T>(name, value);

    /// <inheritdoc/>
    public override void Note(string text, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0) =>
        ThreadLane.Current?.Tell(text, file, line);

    // What waits goes on in the thread that tells it, in truth: it sees all that this one wrote.
    private static void Tell(StrongBox<bool> told)
    {
        ThreadLane.Current?.Fence();
        told.Value = true;
    }

    private ThreadLane Here() =>
        ThreadLane.Step() is { } lane && lane.Run == _run ? lane : throw new InvalidOperationException("This is for the threads of the explored program itself.");
}
