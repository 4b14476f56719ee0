using System.CommandLine;

namespace Overlap.Cli.Commands;

/// <summary>One word of the command line: its options, its help, and what it does.</summary>
internal abstract class Verb
{
    public abstract string Name { get; }

    /// <summary>What it does, in one line without a full stop.</summary>
    public abstract string Summary { get; }

    /// <summary>What a newcomer wants to know before the options; lines of at most 100 columns.</summary>
    public virtual string Description => "";

    /// <summary>Command lines that can be pasted, each with what it is good for.</summary>
    public abstract IReadOnlyList<(string Command, string Meaning)> Examples { get; }

    /// <summary>Everything that can be given besides options, in order.</summary>
    public virtual IReadOnlyList<Argument> Arguments => [];

    public abstract IReadOnlyList<OptionGroup> Groups { get; }

    /// <summary>Puts the words after the verb into the order in which they are read: options, then <c>--</c> where the rest are none.</summary>
    /// <param name="words">The words.</param>
    /// <param name="groups">All options that may stand among them.</param>
    public virtual IReadOnlyList<string> Arrange(IReadOnlyList<string> words, IReadOnlyList<OptionGroup> groups) => words;

    /// <summary>Does it.</summary>
    /// <returns>The program's exit code.</returns>
    public abstract Task<int> RunAsync(Invocation invocation);
}
