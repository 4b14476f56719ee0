using System.CommandLine;
using Overlap.Cli.Jobs;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary>A verb that does a job: alone, under one model, or inside <c>compare</c>, under every model.</summary>
/// <remarks>
/// A new job is one file: a subclass with the job's own options that makes a <see cref="JobPlan"/>, named in <see cref="VerbRegistry"/>.
/// </remarks>
internal abstract class JobVerb : Verb
{
    private JobOptions? _shared;

    /// <summary>The job's own options, first in its help.</summary>
    public abstract IReadOnlyList<OptionGroup> OwnGroups { get; }

    /// <summary>The model that runs the job when the user names none.</summary>
    public abstract ExecutionModel DefaultModel { get; }

    /// <summary>Further attempts at an item when the user does not say how many.</summary>
    public virtual int DefaultRetries => 0;

    /// <summary>Whether the job finds what is done already by itself, so that <c>--resume</c> needs no journal.</summary>
    public virtual bool ResumesByItself => false;

    public sealed override IReadOnlyList<OptionGroup> Groups => [.. OwnGroups, .. Shared.Groups];

    private JobOptions Shared => _shared ??= new JobOptions(this);

    /// <summary>Makes the job that the user described.</summary>
    /// <param name="values">The values of the job's own options.</param>
    /// <param name="attempts">How often and how long an item is tried, for a job that sees to it itself.</param>
    /// <param name="context">What the job may need of the world around it.</param>
    /// <exception cref="RunException">The options do not fit together.</exception>
    public abstract JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context);

    public sealed override Task<int> RunAsync(Invocation invocation) => new JobCommand(this, Shared, invocation).RunAsync();
}
