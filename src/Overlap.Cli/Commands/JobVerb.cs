using System.CommandLine;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
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

    /// <summary>The models that the job knows.</summary>
    public virtual IReadOnlyList<ExecutionModel> Models { get; } =
        [ExecutionModel.Inline, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes];

    /// <summary>Whether the words of a command may stand last, which are no options of this program.</summary>
    public virtual bool EndsInCommand => false;

    /// <summary>Whether an item that is done twice may find what the first time left behind, or do harm: nobody knows what a command does.</summary>
    public virtual bool LeavesTraces => false;

    /// <summary>Whether <c>--timeout</c> may be a multiple of the median.</summary>
    public virtual bool TakesTimeoutOfMedian => false;

    /// <summary>How long what runs may take after the first Ctrl-C before it is cancelled; <see langword="null"/> for as long as it likes.</summary>
    public virtual TimeSpan? GraceAfterInterrupt => RunControl.Grace;

    /// <summary>What the user is told after the first Ctrl-C.</summary>
    public virtual string InterruptMessage => "stopping: what runs may end; press Ctrl-C again to end at once";

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

    /// <summary>Makes what hears of each item's end before the journal and the program's own outputs do.</summary>
    /// <param name="values">The values of the job's own options.</param>
    /// <param name="context">What the job may need of the world around it.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="control">Stops the run.</param>
    /// <param name="dataIsOurs">Whether standard output is for what the user asked the program itself to print.</param>
    public virtual IItemListener? CreateListener(ParseResult values, JobContext context, OutputPipe output, RunControl control, bool dataIsOurs) => null;

    /// <summary>Makes what lets a user steer the run while it goes on; disposed when it has ended.</summary>
    public virtual IDisposable? OpenSteering(ParseResult values, JobContext context, RunControl control) => null;

    /// <summary>Ends at once what a cancelled run would still wait for: the program is about to end.</summary>
    public virtual void KillAll()
    {
    }

    public sealed override Task<int> RunAsync(Invocation invocation) => new JobCommand(this, Shared, invocation).RunAsync();
}
