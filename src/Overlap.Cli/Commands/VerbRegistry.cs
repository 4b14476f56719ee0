namespace Overlap.Cli.Commands;

/// <summary>The verbs of the program, in the order of its help. A new verb is one file and one line here.</summary>
internal static class VerbRegistry
{
    /// <summary>Makes the job verbs.</summary>
    public static IReadOnlyList<JobVerb> CreateJobs() =>
        [new PagesCommand(), new FibCommand(), new FetchCommand(), new CheckCommand(), new ThumbnailCommand(), new RunCommand()];

    /// <summary>Makes the verbs that are no jobs.</summary>
    /// <param name="jobs">The jobs that can be compared, and advised on.</param>
    public static IReadOnlyList<Verb> CreateOthers(IReadOnlyList<JobVerb> jobs) =>
    [
        new CompareCommand(jobs),
        new AdviseCommand(jobs),
        new TimelineCommand(),
        new RaceCommand(),
        new PipeCommand(),
        new SiteCommand(),
        new CompletionCommand(),
        new ManCommand(),
    ];

    /// <summary>Makes the verbs of the task queue.</summary>
    public static IReadOnlyList<Verb> CreateQueue() =>
        [new WorkerCommand(), new CallCommand(), new ResultCommand(), new PurgeCommand(), new DeadLettersCommand(), new DoctorCommand()];
}
