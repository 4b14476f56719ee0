using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;

namespace Overlap.InteropTests.Faults;

/// <summary>The book of a test with faults: what was accepted, who started and finished what, what was stored, and which workers were struck.</summary>
internal sealed class Ledger
{
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly HashSet<string> _accepted = [];
    private readonly List<Run> _runs = [];
    private readonly Dictionary<string, string> _parents = [];
    private readonly Dictionary<string, int> _doubts = [];
    private readonly HashSet<string> _held = [];
    private readonly List<(int Since, int At)> _brokerStrikes = [];

    /// <summary>The broker has confirmed a call.</summary>
    public void Accept(string id)
    {
        lock (_gate)
        {
            _accepted.Add(id);
        }
    }

    /// <summary>A worker has begun to run a call.</summary>
    public void Start(string worker, string id)
    {
        lock (_gate)
        {
            _runs.Add(new Run(worker, id) { IsStruck = _held.Remove(id) });
        }
    }

    /// <summary>A worker has run a call to its end.</summary>
    public void Finish(string worker, string id)
    {
        lock (_gate)
        {
            _runs.Last(run => run.Worker == worker && run.Id == id && !run.IsFinished).IsFinished = true;
        }
    }

    /// <summary>A worker was killed, or stood still: what it has started so far may rightly run again.</summary>
    public void Strike(string worker)
    {
        lock (_gate)
        {
            foreach (Run run in _runs.Where(run => run.Worker == worker))
            {
                run.IsStruck = true;
            }
        }
    }

    /// <summary>How many runs have begun.</summary>
    public int Runs
    {
        get
        {
            lock (_gate)
            {
                return _runs.Count;
            }
        }
    }

    /// <summary>The broker was struck: what it had not settled may rightly run again, and what began in the meantime.</summary>
    /// <remarks>
    /// A message that a worker holds and has not begun is struck too: its lease runs out at the broker, which gives it out again, and its holder learns of
    /// that only after it has begun. The next run of such a call is struck, and none after it.
    /// </remarks>
    /// <param name="unsettled">The calls whose messages were there just before.</param>
    /// <param name="since">How many runs had begun when that was looked at; later ones count as begun in the meantime.</param>
    public void StrikeBroker(IReadOnlySet<string> unsettled, int since)
    {
        lock (_gate)
        {
            _brokerStrikes.Add((since, _runs.Count));
            HashSet<string> begun = [];
            for (int place = 0; place < _runs.Count; place++)
            {
                Run run = _runs[place];
                if (!run.IsStruck && (place >= since || unsettled.Contains(run.Id)))
                {
                    run.IsStruck = true;
                    begun.Add(run.Id);
                }
            }

            // Whose runs were all struck before is held anew, if it is, and has not begun again.
            _held.UnionWith(unsettled.Except(begun));
        }
    }

    /// <summary>A call is sent by each run of another: it may rightly run as often as that did.</summary>
    public void Follow(string id, string parent)
    {
        lock (_gate)
        {
            _parents[id] = parent;
        }
    }

    /// <summary>Nobody knows whether a call was sent, so that it was sent again: it may rightly run once more.</summary>
    public void Doubt(string id)
    {
        lock (_gate)
        {
            _doubts[id] = _doubts.GetValueOrDefault(id) + 1;
        }
    }

    /// <summary>Judges, when all is over.</summary>
    /// <param name="backend">Where the results are.</param>
    /// <param name="left">What is still at the broker.</param>
    public async Task<Verdict> JudgeAsync(IResultBackend backend, long left)
    {
        List<string> unstored = [];
        foreach (string id in _accepted)
        {
            if (await backend.ReadAsync(id) is not { IsReady: true } document || document.State != TaskState.Success)
            {
                unstored.Add(id);
            }
        }

        ILookup<string, Run> runs = _runs.ToLookup(static run => run.Id);
        int Sendings(string id) => (_parents.TryGetValue(id, out string? parent) ? Math.Max(1, runs[parent].Count()) : 1) + _doubts.GetValueOrDefault(id);
        return new Verdict
        {
            Lost = [.. _accepted.Where(id => !runs[id].Any(static run => run.IsFinished))],
            Unstored = unstored,

            // Of several runs all but those that were sent must have been struck.
            Unexplained = [.. runs.Where(call => call.Count(static run => !run.IsStruck) > Sendings(call.Key)).Select(static call => call.Key)],
            Histories = $"{string.Join("; ", runs.Where(static call => call.Count() > 1).Select(History))}; broker struck at {string.Join(" ", _brokerStrikes)} of {_runs.Count}",
            Stuck = left,
            Duplicates = _runs.Count - runs.Count,
        };
    }

    private string History(IGrouping<string, Run> call) =>
        $"{call.Key}: {string.Join(", ", call.Select(run => $"{run.Worker} at {_runs.IndexOf(run)}{(run.IsStruck ? " (struck)" : "")}"))}";

    private sealed class Run(string worker, string id)
    {
        public string Worker => worker;

        public string Id => id;

        public bool IsFinished { get; set; }

        public bool IsStruck { get; set; }
    }
}
