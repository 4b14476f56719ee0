using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

/// <summary>Calls that are done in simulated time: each waits, computes, queues at a server or is refused, as its world has it.</summary>
/// <remarks>Deterministic: the same seed gives the same run. Two processors are shared evenly by all that compute.</remarks>
internal abstract class SimulatedWorld(int seed)
{
    private const int Processors = 2;

    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new();
    private readonly PriorityQueue<Action, double> _computing = new();
    private long _order;
    private long _computingVersion;
    private double _served;
    private double _servedAt;

    public SimulatedClock Clock { get; } = new();

    public int InFlight { get; private set; }

    /// <summary>When each call succeeded. Unit: seconds.</summary>
    public List<double> Ends { get; } = [];

    public long Refusals { get; private set; }

    /// <summary>The limit after each change.</summary>
    public List<(double At, int Limit, string Reason)> Steps { get; } = [];

    protected Random Random { get; } = new(seed);

    protected double Now => Clock.Seconds;

    /// <summary>Runs items with a fixed number of workers; a refused one is tried again after a second, in its place.</summary>
    public void RunFixed(int items, int workers)
    {
        int left = items;
        for (int i = 0; i < workers; i++)
        {
            Next();
        }

        Drain(items);

        void Next()
        {
            if (left-- > 0)
            {
                Again();
            }
        }

        void Again()
        {
            InFlight++;
            Begin(ending =>
            {
                InFlight--;
                if (ending == CallEnding.Refused)
                {
                    Refusals++;
                    After(1, Again);
                }
                else
                {
                    Ends.Add(Now);
                    Next();
                }
            });
        }
    }

    /// <summary>Runs items with a fixed number of workers as long as more may begin, and waits for those that run; a refused one is tried again after a second, in its place.</summary>
    /// <param name="workers">Items at the same time.</param>
    /// <param name="mayBegin">Whether another item may begin now.</param>
    /// <param name="ended">Hears of each item: its worker, when it began, when it ended, and whether it succeeded.</param>
    /// <param name="refused">Hears of each refusal.</param>
    public void RunStretch(int workers, Func<bool> mayBegin, Action<int, double, double, bool> ended, Action<TimeSpan?> refused)
    {
        int running = 0;
        for (int i = 0; i < workers; i++)
        {
            Next(i);
        }

        while (running > 0 && _events.TryDequeue(out Action? then, out (double Time, long Order) key))
        {
            Clock.Seconds = key.Time;
            then();
        }

        void Next(int worker)
        {
            if (mayBegin())
            {
                running++;
                Again(worker, Now);
            }
        }

        void Again(int worker, double begunAt)
        {
            InFlight++;
            Begin(ending =>
            {
                InFlight--;
                if (ending == CallEnding.Refused)
                {
                    refused(RetryAfter);
                    After(1, () => Again(worker, begunAt));
                }
                else
                {
                    running--;
                    ended(worker, begunAt, Now, ending == CallEnding.Succeeded);
                    Next(worker);
                }
            });
        }
    }

    /// <summary>Lets time pass in which nothing is done.</summary>
    public void Pass(TimeSpan time)
    {
        bool isOver = false;
        After(time.TotalSeconds, () => isOver = true);
        while (!isOver && _events.TryDequeue(out Action? then, out (double Time, long Order) key))
        {
            Clock.Seconds = key.Time;
            then();
        }
    }

    /// <summary>Runs items under an adaptive limit that are there at once; a refused one goes back to the others.</summary>
    public LimitKeeper RunAdaptive(int items, AdaptiveOptions? options = null)
    {
        int left = items;
        LimitKeeper keeper = new(
            LimitBounds.Of(options ?? new AdaptiveOptions(), 1_024), Clock, () => new MachineReading(TimeSpan.Zero, IsMemoryShort), (limit, reason) => Steps.Add((Now, limit, reason)));
        double wakesAt = -1;
        Start();
        Drain(items);
        return keeper;

        void Start()
        {
            keeper.Wait(left > 0);
            while (left > 0 && keeper.MayStart)
            {
                left--;
                InFlight++;
                keeper.Start();
                Begin(End);
            }

            keeper.Wait(left > 0);
            if (left > 0 && keeper.WakeAfter is { } wait && wakesAt < 0)
            {
                wakesAt = Now + wait.TotalSeconds;
                At(wakesAt, Wake);
            }
        }

        void Wake()
        {
            wakesAt = -1;
            Start();
        }

        void End(CallEnding ending)
        {
            InFlight--;
            if (ending == CallEnding.Refused)
            {
                Refusals++;
                left++;
                keeper.Refuse(RetryAfter);
            }
            else
            {
                Ends.Add(Now);
            }

            keeper.End(ending);
            Start();
        }
    }

    /// <summary>Calls ended in a second, once the first of them have ended.</summary>
    /// <param name="skipped">How many are left out.</param>
    public double ThroughputAfter(int skipped) =>
        Ends.Count <= skipped + 1 ? 0 : (Ends.Count - skipped - 1) / (Ends[^1] - Ends[skipped]);

    /// <summary>The highest limit in force between two moments.</summary>
    public int HighestLimit(double from, double to) =>
        Steps.Where((step, i) => step.At < to && (i + 1 == Steps.Count || Steps[i + 1].At > from)).Max(static step => step.Limit);

    protected virtual TimeSpan? RetryAfter => null;

    protected virtual bool IsMemoryShort => false;

    /// <summary>Begins a call.</summary>
    /// <param name="end">Ends it.</param>
    protected abstract void Begin(Action<CallEnding> end);

    protected void After(double seconds, Action then) => At(Now + seconds, then);

    /// <summary>Uses a processor for so long; longer in wall time when others compute as well.</summary>
    protected void Compute(double seconds, Action then)
    {
        Serve();
        _computing.Enqueue(then, _served + seconds);
        PlanComputing();
    }

    /// <summary>A positive number around a mean, with a tail to the right. Source: the log-normal distribution.</summary>
    protected double Around(double mean, double deviation)
    {
        double sigma = Math.Sqrt(Math.Log(1 + (deviation * deviation)));
        double normal = Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(2 * Math.PI * Random.NextDouble());
        return mean * Math.Exp((sigma * normal) - (sigma * sigma / 2));
    }

    private void At(double time, Action then) => _events.Enqueue(then, (time, _order++));

    private void Drain(int items)
    {
        while (Ends.Count < items && _events.TryDequeue(out Action? then, out (double Time, long Order) key))
        {
            Clock.Seconds = key.Time;
            then();
        }
    }

    private double Rate => _computing.Count == 0 ? 0 : Math.Min(1, (double)Processors / _computing.Count);

    private void Serve()
    {
        _served += (Now - _servedAt) * Rate;
        _servedAt = Now;
    }

    private void PlanComputing()
    {
        long version = ++_computingVersion;
        if (_computing.TryPeek(out _, out double due))
        {
            After(Math.Max(0, due - _served) / Rate, () =>
            {
                if (version == _computingVersion)
                {
                    Serve();
                    Action then = _computing.Dequeue();
                    PlanComputing();
                    then();
                }
            });
        }
    }
}
