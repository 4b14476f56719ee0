using System.Globalization;

namespace Overlap.Adaptation;

/// <summary>Finds how many calls to run at the same time: samples in, a limit out. See the folder's README for A1 to A8.</summary>
/// <remarks>
/// Pure: no clock, no threads, no chance; the same samples give the same limits. Whoever owns it gives samples of the length that
/// <see cref="EndsWanted"/> and <see cref="TimeWanted"/> ask for, each under one limit, and one at once when a call is refused.
/// </remarks>
internal sealed class LimitController
{
    // Until something has succeeded nobody knows whether more workers do more than fail faster.
    private const int MostWithoutSuccess = 16;

    private const int LooksAtFailures = 2;
    private const int MostFailureCuts = 4;
    private const double Weight = 0.2;

    private const double LeastStride = 0.25;
    private const double SteepGain = 0.6;
    private const double HeldFrom = 1.1;
    private const int MostRest = 64;

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LeastPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPauseAskedFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenMemoryCuts = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterMemoryCut = TimeSpan.FromSeconds(30);

    private readonly LimitBounds _bounds;
    private readonly StartPace _pace = new();
    private readonly LoadWatch _watch = new();
    private LimitClimb? _climb;
    private LimitTrial? _trial;

    // The number that is settled on, or climbed from; Limit differs from it while another is tried.
    private int _settled;
    private double _before;
    private bool _nextIsUp = true;
    private double _stride = LeastStride;
    private int _rest;
    private int _rested;
    private TimeSpan _restingSince;
    private TimeSpan _gaveWayAt = -LongestRest;
    private readonly FailureWatch _failures = new();
    private int _failureCuts;
    private int _failedLooks;
    private bool _hasSucceeded;
    private TimeSpan _latency;
    private int _refusals;
    private TimeSpan _memoryCutAt = TimeSpan.MinValue;
    private int _memoryCeiling = int.MaxValue;

    public LimitController(LimitBounds bounds)
    {
        _bounds = bounds;
        _settled = bounds.Start;
        _rest = bounds.Rest;
        _climb = new LimitClimb(bounds);
        Reason = Text($"starts with {bounds.Start}");
    }

    /// <summary>The calls that may run at the same time.</summary>
    public int Limit => _trial is { IsOthersTurn: true } ? _trial.Other : _settled;

    /// <summary>The calls that may start in a second; <see langword="null"/> for no limit.</summary>
    public double? StartsPerSecond => _pace.PerSecond;

    /// <summary>How long no call may start, from the end of the last sample.</summary>
    public TimeSpan Pause { get; private set; }

    public LimitPhase Phase => _climb is not null ? LimitPhase.Climbing
        : _trial is not null ? LimitPhase.Trying
        : _pace.PerSecond is not null || _memoryCeiling != int.MaxValue ? LimitPhase.BackingOff : LimitPhase.Settled;

    /// <summary>Why the limit is what it is: half a sentence.</summary>
    public string Reason { get; private set; }

    /// <summary>Calls ended in a second, in the last saturated sample.</summary>
    public double Throughput { get; private set; }

    /// <summary>The mean duration of a call of late.</summary>
    public TimeSpan Latency => _latency;

    /// <summary>The calls that must end before the next sample is complete: whole rounds, since calls that started together end together.</summary>
    public long EndsWanted => Limit * ((long)Math.Ceiling((_climb is not null ? 4.0 : 16.0) / Limit));

    /// <summary>The least length of the next sample.</summary>
    public TimeSpan TimeWanted => TimeSpan.FromMilliseconds(_climb is not null ? 5 : 100);

    /// <summary>Takes a sample. Afterwards the properties tell what holds from now on.</summary>
    public void Add(in LimitSample sample)
    {
        Pause = TimeSpan.Zero;
        _pace.Add(sample);
        _hasSucceeded |= sample.Ended > sample.Failed;
        if (sample.Refused > 0)
        {
            GiveWay(sample);
            return;
        }

        _refusals = 0;
        if (sample.Ended == 0 || IsShortOfMemory(sample))
        {
            return;
        }

        _latency = _latency == TimeSpan.Zero ? sample.Latency : _latency + (Weight * (sample.Latency - _latency));
        // A2: where no call waited for a place, the number of places did not matter.
        if (sample.IsSaturated)
        {
            Throughput = sample.Throughput;
            Judge(sample);
        }
        else if (_trial is not null)
        {
            // The turns would not be alike.
            Settle(_settled, Text($"{_settled}: there were not enough calls to try {_trial.Other}"));
        }
    }

    private void Judge(in LimitSample sample)
    {
        bool failsMore = _failures.IsExceededBy(sample);
        if (!failsMore)
        {
            _failures.Add(sample);
            _failedLooks = 0;
        }
        else if (_trial is null && ++_failedLooks < LooksAtFailures)
        {
            Reason = Text($"{_settled}: looks again, {sample.FailureShare:P0} of the calls failed, before {_failures.Share:P0}");
            return;
        }

        if (_climb is not null)
        {
            Climb(_climb, sample, failsMore);
        }
        else if (_trial is not null)
        {
            Try(_trial, sample, failsMore);
        }
        else
        {
            Watch(sample, failsMore);
        }
    }

    private void Climb(LimitClimb climb, in LimitSample sample, bool failsMore)
    {
        int limit = _settled;
        if (failsMore && climb.LevelBelow(limit) is > 0 and int good)
        {
            _gaveWayAt = sample.At;
            Settle(good, Text($"{good}: under {limit} {sample.FailureShare:P0} of the calls failed, before {_failures.Share:P0}"));
            return;
        }

        if (!_hasSucceeded && limit >= MostWithoutSuccess)
        {
            Reason = Text($"{limit}: no call has succeeded yet");
            return;
        }

        int? next = climb.Next(limit, sample);
        if (next is { } higher)
        {
            _settled = higher;
            Reason = higher == limit ? Text($"{limit}: looks again, {climb.Gain:0.00} times what {climb.From} did")
                : climb.From == 0 ? Text($"{higher}: looks whether more is faster")
                : Text($"{higher}: {limit} did {climb.Gain:0.00} times what {climb.From} did");
            return;
        }

        int chosen = climb.Choose();
        string cpu = sample.CpuShare is { } share and > 0.9 ? Text($"; processors {share:P0} busy") : "";
        Settle(chosen, limit == _bounds.Most && chosen == limit
            ? Text($"{chosen}: the most there may be")
            : Text($"{chosen}: {limit} did {climb.Gain:0.00} times what {climb.From} did{cpu}"));
    }

    private void Watch(in LimitSample sample, bool failsMore)
    {
        double throughput = Math.Log(sample.Throughput);
        if (failsMore && _failureCuts++ < MostFailureCuts)
        {
            int fewer = _bounds.Clamp(_settled * 0.7);
            _gaveWayAt = sample.At;
            Settle(fewer, Text($"{fewer}: {sample.FailureShare:P0} of the calls failed, before {_failures.Share:P0}"));
            return;
        }

        if (failsMore)
        {
            // Fewer did not help: this is the new normal, and not our doing.
            _failures.Forget();
            _failures.Add(sample);
        }

        _failureCuts = 0;
        if (_watch.Add(throughput))
        {
            Reopen();
            return;
        }

        _rested++;
        _before = throughput;
        if (sample.At > _memoryCutAt + AfterMemoryCut && _memoryCutAt != TimeSpan.MinValue)
        {
            _memoryCeiling = int.MaxValue;
        }

        if (_rested >= _rest || (_rested >= _bounds.Rest && sample.At - _restingSince > LongestRest))
        {
            BeginTrial(sample.At);
        }
    }

    private void Reopen()
    {
        int from = _bounds.Clamp(_settled / 2);
        Settle(from, Text($"{from}: {_settled} did {_watch.Change:0.00} times the usual, so the load has changed"));
        _watch.Reset();
        _climb = new LimitClimb(_bounds);
        _rest = _bounds.Rest;
        _stride = LeastStride;
    }

    private void BeginTrial(TimeSpan now)
    {
        int other = OtherOf(_nextIsUp);
        if (other == _settled)
        {
            _nextIsUp = !_nextIsUp;
            other = OtherOf(_nextIsUp);
        }

        if (other == _settled)
        {
            (_rested, _restingSince) = (0, now);
            return;
        }

        _trial = new LimitTrial(other, _nextIsUp, _watch.Noise, _before);
        Reason = Text($"tries {other} beside {_settled}");
    }

    private int OtherOf(bool up)
    {
        int other = up
            ? Math.Max(_settled + 1, (int)Math.Ceiling(_settled * (1 + _stride)))
            : Math.Min(_settled - 1, (int)Math.Floor(_settled / (1 + _stride)));

        // What the pace holds back already cannot become faster.
        bool isHeld = up && Throughput * HeldFrom > _pace.PerSecond;
        return isHeld ? _settled : Math.Min(_bounds.Clamp(other), Math.Max(_settled, _memoryCeiling - 1));
    }

    private void Try(LimitTrial trial, in LimitSample sample, bool failsMore)
    {
        if (!trial.IsOthersTurn && _watch.Add(Math.Log(sample.Throughput)))
        {
            Reopen();
            return;
        }

        bool? isBetter = failsMore && trial.IsOthersTurn && trial.IsUp ? false : trial.Add(Math.Log(sample.Throughput));
        if (isBetter is not { } better)
        {
            return;
        }

        string found = failsMore
            ? Text($"under {trial.Other} {sample.FailureShare:P0} of the calls failed, before {_failures.Share:P0}")
            : Text($"{trial.Other} did {trial.Gain:+0.0 %;-0.0 %;0.0 %} beside {_settled}");
        if (better)
        {
            bool isSteep = trial.IsUp && sample.At - LongestRest > _gaveWayAt && trial.Gain > ((double)trial.Other / _settled - 1) * SteepGain;
            Settle(trial.Other, Text($"{trial.Other}: {found}"));
            if (isSteep)
            {
                // Nearly as much faster as there are more: the top is far.
                _climb = new LimitClimb(_bounds);
            }

            // What helped is tried again at once, in larger steps.
            _nextIsUp = trial.IsUp;
            _stride = Math.Abs(trial.Gain) > _stride / 2 || !trial.IsUp ? Math.Min(1, _stride * 2) : LeastStride;
            _rest = _bounds.Rest;
        }
        else
        {
            Settle(_settled, Text($"{_settled}: {found}"));
            _nextIsUp = !trial.IsUp;
            _stride = LeastStride;
            _rest = Math.Min(MostRest, _rest * 2);
        }

        _restingSince = sample.At;
    }

    private void GiveWay(in LimitSample sample)
    {
        _refusals++;
        _gaveWayAt = sample.At;
        TimeSpan own = Max(LeastPause, _latency) * Math.Pow(2, Math.Min(_refusals - 1, 16));
        Pause = sample.RetryAfter > TimeSpan.Zero ? Min(sample.RetryAfter.Value, LongestPauseAskedFor) : Min(own, LongestPause);

        // Refused while more than what was good was tried, it was too many. Refused at what was good, it was too often.
        int good = _climb is not null ? _climb.LevelBelow(_settled) : _trial is { IsUp: true, IsOthersTurn: true } ? _settled : 0;
        if (good > 0 && _refusals == 1)
        {
            int tried = Limit;
            Settle(good, Text($"{good}: under {tried} calls were refused"));
            _nextIsUp = false;
            _stride = LeastStride;
            _rest = Math.Min(MostRest, _rest * 2);
            return;
        }

        _pace.Refuse(sample.At);
        double? wanted = _pace.PerSecond * _latency.TotalSeconds * 1.2;
        int fewer = _bounds.Clamp(wanted is > 0 && _refusals == 1 ? Math.Min(_settled, Math.Ceiling(wanted.Value)) : _settled / 2);
        string rate = _pace.PerSecond is { } pace ? Text($", now at most {pace:0.#} start in a second") : "";
        Settle(fewer, Text($"{fewer}: calls were refused{rate}"));

        // The pace protects the other side from now on: that fewer are enough must show.
        _nextIsUp = true;
        _rest = _bounds.Rest;
    }

    private bool IsShortOfMemory(in LimitSample sample)
    {
        if (!sample.IsMemoryShort)
        {
            return false;
        }

        if (_memoryCutAt == TimeSpan.MinValue || sample.At - _memoryCutAt >= BetweenMemoryCuts)
        {
            _memoryCutAt = sample.At;
            _gaveWayAt = sample.At;
            _memoryCeiling = _settled;
            int fewer = _bounds.Clamp(Math.Floor(_settled * 0.75));
            Settle(fewer, Text($"{fewer}: memory is short"));
            _rest = Math.Max(_rest, 8);
        }

        return true;
    }

    private void Settle(int limit, string reason)
    {
        if (limit != _settled || _climb is not null)
        {
            _watch.Reset();
        }

        _climb = null;
        _trial = null;
        _settled = limit;
        _rested = 0;
        Reason = reason;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
