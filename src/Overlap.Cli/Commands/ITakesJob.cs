namespace Overlap.Cli.Commands;

/// <summary>A verb after which a job may stand, with the job's own options.</summary>
internal interface ITakesJob
{
    /// <summary>What stands for the job in the help.</summary>
    string JobUsage { get; }

    /// <summary>Puts the job's name first where the words tell it otherwise.</summary>
    /// <param name="words">The words after the verb.</param>
    IReadOnlyList<string> NameJob(IReadOnlyList<string> words);
}
