using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

/// <summary>Calls that wait for a reply, and compute a little with it.</summary>
internal sealed class WaitingWorld(int seed, double delay, double work = 0.00005, double deviation = 0.15) : SimulatedWorld(seed)
{
    protected override void Begin(Action<CallEnding> end) =>
        After(Around(delay, deviation), () => Compute(work, () => end(CallEnding.Succeeded)));
}

/// <summary>Calls that compute.</summary>
internal sealed class ComputingWorld(int seed, double work) : SimulatedWorld(seed)
{
    protected override void Begin(Action<CallEnding> end) => Compute(Around(work, 0.3), () => end(CallEnding.Succeeded));
}

/// <summary>Calls that wait first and compute then.</summary>
internal sealed class MixedWorld(int seed, double delay, double work) : SimulatedWorld(seed)
{
    protected override void Begin(Action<CallEnding> end) =>
        After(Around(delay, 0.3), () => Compute(Around(work, 0.3), () => end(CallEnding.Succeeded)));
}

/// <summary>A server that does so many calls at a time and lets others wait.</summary>
internal sealed class HiddenLimitWorld(int seed, double service, int places) : SimulatedWorld(seed)
{
    private readonly Queue<Action<CallEnding>> _waiting = new();
    private int _busy;

    protected override void Begin(Action<CallEnding> end)
    {
        _waiting.Enqueue(end);
        Serve();
    }

    private void Serve()
    {
        while (_busy < places && _waiting.TryDequeue(out Action<CallEnding>? end))
        {
            _busy++;
            After(Around(service, 0.2), () =>
            {
                _busy--;
                end(CallEnding.Succeeded);
                Serve();
            });
        }
    }
}

/// <summary>A server that refuses what comes more often than it allows, and bans who does not listen.</summary>
internal sealed class RefusingWorld(int seed, double delay, double perSecond, bool saysWhen) : SimulatedWorld(seed)
{
    private const int RefusalsToBan = 30;
    private const double BanWindow = 10;
    private const double BanLength = 60;

    private readonly Queue<double> _refused = new();
    private double _tokens = 10;
    private double _filledAt;
    private double _bannedUntil;

    public int Bans { get; private set; }

    protected override TimeSpan? RetryAfter => saysWhen ? TimeSpan.FromSeconds(1) : null;

    protected override void Begin(Action<CallEnding> end)
    {
        _tokens = Math.Min(perSecond, _tokens + ((Now - _filledAt) * perSecond));
        _filledAt = Now;
        if (_tokens >= 1 && Now >= _bannedUntil)
        {
            _tokens--;
            After(Around(delay, 0.15), () => end(CallEnding.Succeeded));
            return;
        }

        _refused.Enqueue(Now);
        while (_refused.Peek() < Now - BanWindow)
        {
            _ = _refused.Dequeue();
        }

        if (_refused.Count >= RefusalsToBan && Now >= _bannedUntil)
        {
            Bans++;
            _bannedUntil = Now + BanLength;
        }

        After(0.02, () => end(CallEnding.Refused));
    }
}

/// <summary>Calls that compute on memory they share: each one makes the others slower, and beyond some number all of them together.</summary>
internal sealed class MemoryBoundWorld(int seed, double work, double contention, double coherence) : SimulatedWorld(seed)
{
    // Universal scalability law: throughput N / (1 + s(N-1) + k N(N-1)).
    protected override void Begin(Action<CallEnding> end)
    {
        int n = InFlight;
        After(Around(work, 0.2) * (1 + (contention * (n - 1)) + (coherence * n * (n - 1))), () => end(CallEnding.Succeeded));
    }
}

/// <summary>A server that refuses whoever comes while so many are in work already.</summary>
internal sealed class CrowdedWorld(int seed, double service, int places) : SimulatedWorld(seed)
{
    private int _busy;

    protected override void Begin(Action<CallEnding> end)
    {
        if (_busy == places)
        {
            After(0.005, () => end(CallEnding.Refused));
            return;
        }

        _busy++;
        After(Around(service, 0.2), () =>
        {
            _busy--;
            end(CallEnding.Succeeded);
        });
    }
}

/// <summary>Calls of which more fail the more there are at a time; with nothing beyond <paramref name="sound"/> failing by itself.</summary>
internal sealed class FragileWorld(int seed, double service, int sound, double shareBeyond) : SimulatedWorld(seed)
{
    protected override void Begin(Action<CallEnding> end)
    {
        bool fails = InFlight > sound && Random.NextDouble() < shareBeyond;
        After(Around(service, 0.2), () => end(fails ? CallEnding.Failed : CallEnding.Succeeded));
    }
}

/// <summary>Calls that compute first, and only wait from some moment on.</summary>
internal sealed class ChangingWorld(int seed, double changesAt) : SimulatedWorld(seed)
{
    protected override void Begin(Action<CallEnding> end)
    {
        if (Now < changesAt)
        {
            Compute(Around(0.01, 0.3), () => end(CallEnding.Succeeded));
        }
        else
        {
            After(Around(0.1, 0.15), () => end(CallEnding.Succeeded));
        }
    }
}

/// <summary>Calls that only wait, and memory that is short while more than so many run.</summary>
internal sealed class CrampedWorld(int seed, double delay, int room) : SimulatedWorld(seed)
{
    protected override bool IsMemoryShort => InFlight > room;

    protected override void Begin(Action<CallEnding> end) => After(Around(delay, 0.15), () => end(CallEnding.Succeeded));
}
