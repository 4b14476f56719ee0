using Overlap.Advice.Probing;
using Overlap.Executors;
using Overlap.Tests.Adaptation;
using Overlap.Timelines;

namespace Overlap.Tests.Advice.Searching;

/// <summary>Probes a world of simulated time.</summary>
/// <param name="world">The world.</param>
/// <param name="work">How much of an item's time is work. Units: seconds.</param>
/// <param name="natural">The model that the work is written for.</param>
internal sealed class SimulatedProbe(SimulatedWorld world, Func<double, double> work, ExecutionModel natural) : IProbe
{
    private int _done;

    public List<ProbeOrder> Orders { get; } = [];

    public string Job => "simulated";

    public long? Items { get; init; }

    public long? ItemsToTry { get; init; }

    public ExecutionModel? Natural => natural;

    public IReadOnlyList<ProbeModel> Models { get; init; } =
        natural == ExecutionModel.Async
            ? [new ProbeModel(ExecutionModel.Inline, 1), new ProbeModel(ExecutionModel.Async), new ProbeModel(ExecutionModel.Threads)]
            : [new ProbeModel(ExecutionModel.Inline, 1), new ProbeModel(ExecutionModel.Threads), new ProbeModel(ExecutionModel.Async, LeftOut: "it blocks")];

    /// <summary>What other programs use of the processors.</summary>
    public double ForeignLoad { get; init; }

    /// <summary>Whether threads of a native library do the work: the items' own clocks show none of it.</summary>
    public bool WorksOutOfSight { get; init; }

    /// <summary>Whether asynchronous calls keep their threads from begin to end.</summary>
    public bool BlocksThreads { get; init; }

    /// <summary>How long threads stood ready without a processor.</summary>
    public TimeSpan? Delayed { get; init; }

    /// <summary>What speaks against worker processes; <see langword="null"/> when nothing does.</summary>
    public Exception? AgainstProcesses { get; init; }

    /// <summary>How many items there are to try; <see langword="null"/> for as many as are asked for.</summary>
    public int? Sample { get; init; }

    public Task<ProbeRun> RunAsync(ProbeOrder order, CancellationToken cancellationToken)
    {
        Orders.Add(order);
        if (order.Model == ExecutionModel.Processes && AgainstProcesses is not null)
        {
            return Task.FromException<ProbeRun>(AgainstProcesses);
        }

        world.Pass(order.Pause);
        double startedAt = world.Clock.Seconds;
        double? stoppedAt = null;
        int begun = 0;
        TimeSpan computed = TimeSpan.Zero;
        List<TimeSpan> refused = [];
        TimeSpan retryAfter = TimeSpan.Zero;
        List<Span>[] lanes = [.. Enumerable.Range(0, order.Workers).Select(static _ => new List<Span>())];
        world.RunStretch(order.Workers, MayBegin, End, Refuse);
        TimeSpan duration = TimeSpan.FromSeconds(world.Clock.Seconds - startedAt);
        Timeline timeline = new()
        {
            Title = Job,
            Model = order.Model.ToString(),
            Workers = order.Workers,
            Cores = 2,
            StartedAt = DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(startedAt),
            Duration = duration,
            Lanes = [.. lanes.Select((spans, i) => new Lane(i, $"worker {i}", BlocksThreads ? LaneKind.Slot : LaneKind.Thread, 1, [.. spans]))],
            CpuSamples = [],
        };
        return Task.FromResult(new ProbeRun
        {
            Timeline = WorksOutOfSight
                ? (timeline with { CpuSamples = [new CpuSample(TimeSpan.Zero, TimeSpan.Zero), new CpuSample(duration, computed)] }).WithWorkOutOfSight()
                : timeline,
            StoppedAt = stoppedAt is { } at ? TimeSpan.FromSeconds(at - startedAt) : null,
            Delayed = Delayed,
            ForeignLoad = ForeignLoad,
            RefusedAt = [.. refused],
            RetryAfter = retryAfter,
            FirstFailure = lanes.Any(static spans => spans.Any(static span => span.Status == SpanStatus.Failed)) ? "it broke" : null,
            IsUsedUp = _done >= Sample,
        });

        bool MayBegin()
        {
            double now = world.Clock.Seconds;
            bool may = stoppedAt is null && (Sample is null || _done < Sample) && begun < order.MostItems && refused.Count == 0 && (begun < order.LeastItems || now - startedAt < order.Length.TotalSeconds);
            begun += may ? 1 : 0;
            _done += may ? 1 : 0;
            stoppedAt ??= may || _done >= Sample ? null : now;
            return may;
        }

        void End(int worker, double from, double to, bool succeeded)
        {
            TimeSpan working = TimeSpan.FromSeconds(Math.Min(to - from, work(to - from)));
            computed += working;
            lanes[worker].Add(new Span
            {
                Item = begun,
                Queued = TimeSpan.FromSeconds(from - startedAt),
                Started = TimeSpan.FromSeconds(from - startedAt),
                Finished = TimeSpan.FromSeconds(to - startedAt),
                Working = WorksOutOfSight ? TimeSpan.Zero : working,
                Segments = BlocksThreads ? [new Segment(SpanPhase.Working, TimeSpan.FromSeconds(from - startedAt), TimeSpan.FromSeconds(to - startedAt))] : [],
                Status = succeeded ? SpanStatus.Succeeded : SpanStatus.Failed,
            });
        }

        void Refuse(TimeSpan? wait)
        {
            refused.Add(TimeSpan.FromSeconds(world.Clock.Seconds - startedAt));
            retryAfter = wait > retryAfter ? wait.Value : retryAfter;
        }
    }
}
