using Overlap.Advice.Probing;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Advice.Searching;

/// <summary>Asks a probe for one stretch after the other, within the budget, and keeps what came of each.</summary>
internal sealed class Prober(IProbe probe, AdviceOptions options, CancellationToken cancellationToken)
{
    // Of a sample that is used up as it is measured, so much may go into one stretch.
    private const int PartsOfSample = 10;

    // What the other side asks for at the most; a longer wait is not the advice's to sit out.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly long _startedAt = options.TimeProvider.GetTimestamp();
    private readonly List<CountTally> _tallies = [];
    private readonly Dictionary<ExecutionModel, string> _leftOut = [];
    private readonly List<(DateTimeOffset At, double Succeeded)> _refusals = [];
    private TimeSpan _pause;
    private double _succeeded;
    private double _foreign;
    private double _foreignSeconds;

    public IReadOnlyList<CountTally> Tallies => _tallies;

    /// <summary>Why models were not tried, or not to the end.</summary>
    public IReadOnlyDictionary<ExecutionModel, string> LeftOut => _leftOut;

    public TimeSpan Budget { get; private set; } = options.Budget;

    public TimeSpan Spent => options.TimeProvider.GetElapsedTime(_startedAt);

    public TimeSpan Left => Budget - Spent;

    /// <summary>Whether something was not tried because the budget was used up.</summary>
    public bool IsCut { get; private set; }

    public bool IsUsedUp { get; private set; }

    /// <summary>How many different items there are, when some were done more than once.</summary>
    public long? RepeatsOf { get; private set; }

    public string? LimitedBy { get; private set; }

    /// <summary>The part of the processors that other programs used, over all stretches; <see langword="null"/> when nobody knows.</summary>
    public double? ForeignLoad => _foreignSeconds > 0 ? _foreign / _foreignSeconds : null;

    /// <summary>What the other side let pass between its refusals; <see langword="null"/> before the second one. Unit: items a second.</summary>
    /// <remarks>Whenever it refuses, what it had saved up for us is used up: what it lets pass from one refusal to a later one is what it allows.</remarks>
    public double? AllowedRate
    {
        get
        {
            if (_refusals.Count < 2)
            {
                return null;
            }

            double seconds = (_refusals[^1].At - _refusals[0].At).TotalSeconds;
            return seconds >= 1 ? (_refusals[^1].Succeeded - _refusals[0].Succeeded) / seconds : null;
        }
    }

    public IEnumerable<ExecutionModel> Models => probe.Models.Where(model => model.LeftOut is null && !_leftOut.ContainsKey(model.Model)).Select(static model => model.Model);

    public CountTally? Find(ExecutionModel model, int workers) => _tallies.Find(tally => tally.Model == model && tally.Workers == workers);

    /// <summary>Lets measuring take no more than a part of what one worker would need for the whole job.</summary>
    public void Narrow(double latency)
    {
        if (options.BudgetShare is { } share && probe.Items is { } items)
        {
            TimeSpan part = TimeSpan.FromSeconds(latency * items * share);
            Budget = part < Budget ? part : Budget;
        }
    }

    public void LeaveOut(ExecutionModel model, string why) => _leftOut.TryAdd(model, why);

    /// <summary>Runs the first item: what compiles, connects and fills caches does so now.</summary>
    public Task<Stretch> WarmUpAsync(ExecutionModel model) => RunAsync(new ProbeOrder(model, 1, TimeSpan.Zero) { MostItems = 1 });

    /// <summary>Runs a stretch, shorter than wanted when the budget does not bear more.</summary>
    /// <param name="model">Under which model.</param>
    /// <param name="workers">Items at the same time.</param>
    /// <param name="wanted">How long items are started.</param>
    /// <param name="latency">How long an item is expected to take. Unit: seconds.</param>
    /// <param name="leastItems">The fewest items.</param>
    /// <returns>The stretch, or <see langword="null"/>: the budget or the items are used up, or the model cannot be had.</returns>
    public async Task<Stretch?> TryMeasureAsync(ExecutionModel model, int workers, TimeSpan wanted, double latency, int? leastItems = null)
    {
        if (IsUsedUp || Find(model, workers) is { IsRefused: true })
        {
            return null;
        }

        int least = leastItems ?? workers;
        double rounds = Math.Ceiling((double)least / workers);
        if ((Left - _pause).TotalSeconds < latency * rounds)
        {
            IsCut = true;
            return null;
        }

        TimeSpan room = Left - _pause - TimeSpan.FromSeconds(latency);
        ProbeOrder order = new(model, workers, wanted < room ? wanted : room > TimeSpan.Zero ? room : TimeSpan.Zero) { LeastItems = least, Pause = _pause };
        if (probe.ItemsToTry is { } items)
        {
            order = order with { MostItems = (int)Math.Min(order.MostItems, Math.Max(least, items / PartsOfSample)) };
        }

        options.Progress?.Report($"{Figures.NameOf(model)}, {Figures.Count(workers, "worker", "workers")}");
        try
        {
            Stretch stretch = await RunAsync(order).ConfigureAwait(false);
            if (stretch.Items == 0)
            {
                return null;
            }

            CountTally? tally = Find(model, workers);
            if (tally is null)
            {
                tally = new CountTally(model, workers);
                _tallies.Add(tally);
            }

            tally.Add(stretch);
            return stretch;
        }
        catch (Exception exception) when (model == ExecutionModel.Processes && exception is NotPortableException or WorkerHostException or BrokenProcessPoolException or WorkerStateException)
        {
            LeaveOut(model, $"worker processes cannot do it: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
            return null;
        }
    }

    /// <summary>Counts a stretch that was not meant to.</summary>
    public void Keep(Stretch stretch)
    {
        CountTally tally = new(stretch.Order.Model, stretch.Order.Workers);
        tally.Add(stretch);
        _tallies.Add(tally);
    }

    /// <summary>Runs a stretch of one worker that is not counted.</summary>
    public async Task<Stretch?> LookAsync(ExecutionModel model, TimeSpan length) =>
        await RunAsync(new ProbeOrder(model, 1, length)).ConfigureAwait(false) is { Items: > 0 } stretch ? stretch : null;

    private async Task<Stretch> RunAsync(ProbeOrder order)
    {
        // An item that outlasts everything is cancelled, if it listens: the budget is a promise.
        using CancellationTokenSource limit = new((Left > TimeSpan.Zero ? Left : TimeSpan.Zero) + Budget, options.TimeProvider);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        ProbeRun run = await probe.RunAsync(order, both.Token).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        Stretch stretch = Stretch.Of(order, run);
        IsUsedUp |= run.IsUsedUp;
        RepeatsOf = run.RepeatsOf ?? RepeatsOf;
        LimitedBy ??= run.LimitedBy;
        if (run.ForeignLoad is { } load)
        {
            double seconds = run.Timeline.Duration.TotalSeconds;
            _foreign += load * seconds;
            _foreignSeconds += seconds;
        }

        NoteRefusals(stretch);
        return stretch;
    }

    private void NoteRefusals(Stretch stretch)
    {
        double before = _succeeded;
        int succeeded = stretch.Items - stretch.Failed;
        _pause = TimeSpan.Zero;
        if (stretch.IsRefused)
        {
            TimeSpan undisturbed = TimeSpan.FromSeconds(_tallies.Count > 0 ? _tallies[0].Latency : stretch.Latency);
            foreach (TimeSpan at in stretch.Run.RefusedAt)
            {
                int passed = stretch.CountPassedBefore(at, undisturbed);
                _refusals.Add((stretch.Run.Timeline.StartedAt + at, before + passed));
            }

            // Whoever waited for its own items has waited for a part of it already.
            TimeSpan asked = stretch.Run.RetryAfter < LongestPause ? stretch.Run.RetryAfter : LongestPause;
            TimeSpan since = stretch.Run.Timeline.Duration - stretch.Run.RefusedAt[^1];
            _pause = asked > since ? asked - since : TimeSpan.Zero;
        }

        _succeeded += succeeded;
    }
}
