using System.Runtime.CompilerServices;

namespace Overlap.Testing.Exploration;

/// <summary>A variable whose reads and writes stand in the interleaving, and whose lost updates are told as such.</summary>
/// <remarks>
/// Made by <see cref="Explorer.Share"/>. In thread mode each read and each write is a point after which others may run, and a write may become
/// visible late when store buffers are on; in asynchronous mode others run only where the program awaits.
/// </remarks>
/// <typeparam name="T">The type of its values.</typeparam>
public abstract class Shared<T>
{
    private protected Shared(string name)
    {
        Name = name;
    }

    /// <summary>What it is called in the interleaving.</summary>
    public string Name { get; }

    /// <summary>Reads it.</summary>
    /// <param name="file">The source file; filled in by the compiler.</param>
    /// <param name="line">The line in it; filled in by the compiler.</param>
    public abstract T Read([CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Writes it.</summary>
    /// <param name="value">The new value.</param>
    /// <param name="file">The source file; filled in by the compiler.</param>
    /// <param name="line">The line in it; filled in by the compiler.</param>
    public abstract void Write(T value, [CallerFilePath] string file = "", [CallerLineNumber] int line = 0);

    /// <summary>Shows the name; the value is read by <see cref="Read"/> only.</summary>
    public override string ToString() => Name;
}
