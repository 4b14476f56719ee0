using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Tasks;

namespace Overlap.Testing.Exploration;

/// <summary>What a program of tasks under exploration sees of the explorer.</summary>
/// <remarks>
/// All tasks run on one thread, one at a time; the explorer chooses at each await which goes on. Tasks that are started by calling asynchronous
/// methods belong to the lane that calls them; <see cref="Spawn(string, Func{Task})"/> starts a lane of its own.
/// </remarks>
public sealed class TaskExplorer : Explorer
{
    private readonly TaskMode _mode;

    internal TaskExplorer(TaskMode mode)
    {
        _mode = mode;
    }

    /// <inheritdoc/>
    public override TimeProvider TimeProvider => _mode.Time;

    /// <summary>Starts a task in a lane of its own; when it first runs is a choice like any other.</summary>
    /// <param name="name">What the lane is called in the interleaving.</param>
    /// <param name="body">What it does.</param>
    /// <returns>Its end; need not be awaited.</returns>
    public Task Spawn(string name, Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(body);
        return _mode.Spawn(name, body);
    }

    /// <inheritdoc cref="Spawn(string, Func{Task})"/>
    public Task<T> Spawn<T>(string name, Func<Task<T>> body)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(body);
        return _mode.Spawn(name, body);
    }

    /// <summary>A point at which any other task may run first, when awaited.</summary>
    /// <param name="file">The source file; filled in by the compiler.</param>
    /// <param name="line">The line in it; filled in by the compiler.</param>
    public PointAwaitable Point([CallerFilePath] string file = "", [CallerLineNumber] int line = 0) => new(_mode, file, line);

    /// <inheritdoc/>
    public override int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return _mode.Choose(count);
    }

    /// <inheritdoc/>
    public override void Assert(
        bool condition, string? message = null, [CallerArgumentExpression(nameof(condition))] string text = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        if (!condition)
        {
            _mode.FailAssertion(message ?? text, file, line);
        }
    }

    /// <inheritdoc/>
    public override void AtEnd(Action check)
    {
        ArgumentNullException.ThrowIfNull(check);
        _mode.AtEnd(check);
    }

    /// <inheritdoc/>
    public override Shared<T> Share<T>(string name, T value)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new TaskShared<T>(_mode, name, value);
    }

    /// <inheritdoc/>
    public override void Note(string text, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0)
    {
        ArgumentNullException.ThrowIfNull(text);
        _mode.Tell(text, file, line);
    }
}
