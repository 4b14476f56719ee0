using System.Runtime.CompilerServices;

namespace Overlap.Testing.Exploration;

/// <summary>What a program under exploration sees of the explorer, in either mode.</summary>
/// <remarks>A new one for each schedule: a program makes all that it works on anew each time, and keeps nothing between runs.</remarks>
public abstract class Explorer
{
    private protected Explorer()
    {
    }

    /// <summary>A clock that moves only when nothing else can run.</summary>
    public abstract TimeProvider TimeProvider { get; }

    /// <summary>Makes a choice that is part of the schedule: every number is tried, as every order is.</summary>
    /// <param name="count">How many there are to choose from, at least 1.</param>
    /// <returns>A number from 0 up to <paramref name="count"/> − 1.</returns>
    public abstract int Choose(int count);

    /// <summary>Ends the schedule as a failure unless a condition holds.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="message">What it means that it does not; the condition's own text when there is none.</param>
    /// <param name="text">The condition's text; filled in by the compiler.</param>
    /// <param name="file">The source file; filled in by the compiler.</param>
    /// <param name="line">The line in it; filled in by the compiler.</param>
    public abstract void Assert(
        bool condition, string? message = null, [CallerArgumentExpression(nameof(condition))] string text = "", [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Checks something when all lanes have ended and nothing can run any more.</summary>
    /// <param name="check">Calls <see cref="Assert"/>, or throws.</param>
    public abstract void AtEnd(Action check);

    /// <summary>Makes a variable whose reads and writes stand in the interleaving.</summary>
    /// <param name="name">What it is called there.</param>
    /// <param name="value">Its first value.</param>
    public abstract Shared<T> Share<T>(string name, T value);

    /// <summary>Writes a line of the program's own into the interleaving.</summary>
    /// <param name="text">What to say.</param>
    /// <param name="file">The source file; filled in by the compiler.</param>
    /// <param name="line">The line in it; filled in by the compiler.</param>
    public abstract void Note(string text, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);
}
