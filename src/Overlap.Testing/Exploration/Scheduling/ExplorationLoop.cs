using System.Runtime.ExceptionServices;

namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Runs schedules of a program until one fails, none is left or enough were run; then makes the failure small and tells it.</summary>
/// <remarks>
/// All runs are made on a thread of their own, so that nothing of the caller's context reaches the program or is changed by it, and so that a
/// program that blocks its thread can be left behind.
/// </remarks>
internal sealed class ExplorationLoop(IExploredMode mode, ExplorationOptions options, string program)
{
    private const int RunsBetweenProgress = 512;
    private const int MostRuns = 500;
    private const int FewRuns = 40;        // Each takes real time, for a step might only be slow.
    private const int MostToldOfMany = 12;   // Of a schedule that is too long: so many steps of its beginning, and of its end.
    private const int Many = 60;
    private static readonly TimeSpan LongestRetelling = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestWayThere = TimeSpan.FromSeconds(10);

    private const string Diverged =
        "the program took other steps under the same schedule: it depends on time, on chance, or on what an earlier run left";

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private Schedule? _running;   // What the watchdog watches. Written by the exploring thread; null: nothing is run.
    private bool _isAbandoned;    // Written by the watchdog.
    private int _schedules;
    private long _steps;

    /// <summary>Explores a program.</summary>
    public static ExplorationResult Explore(IExploredMode mode, ExplorationOptions options, string program)
    {
        Chooser chooser = options.Strategy switch
        {
            ExplorationStrategy.Exhaustive => new ExhaustiveChooser(options.Preemptions),
            ExplorationStrategy.Random => new RandomChooser(options.Seed),
            ExplorationStrategy.Pct => new PctChooser(options.Seed, options.Depth),
            _ => new PortfolioChooser(options.Preemptions, options.Seed, options.Depth),
        };
        ExplorationLoop loop = new(mode, options, program);
        return loop.Guard(() => loop.Search(chooser), chooser.Description);
    }

    /// <summary>Repeats one schedule.</summary>
    /// <exception cref="ArgumentException">The seed is none, or one of another mode.</exception>
    public static ExplorationResult Replay(IExploredMode mode, string seed, ExplorationOptions options, string program)
    {
        (List<int> choices, uint check) = SeedText.Read(mode.SeedPrefix, seed);
        ExplorationLoop loop = new(mode, options, program);
        return loop.Guard(() => loop.Repeat(choices, check), "replay");
    }

    private ExplorationResult Guard(Func<ExplorationResult> explore, string strategy)
    {
        ExplorationResult? result = null;
        ExceptionDispatchInfo? broken = null;
        Thread thread = NewThread(() =>
        {
            try
            {
                result = explore();
            }
            catch (Exception exception)
            {
                broken = ExceptionDispatchInfo.Capture(exception);
            }
        });
        if (!Watch(thread))
        {
            return BlockedResult(strategy);
        }

        broken?.Throw();
        return result!;
    }

    /// <summary>Waits for the exploring thread.</summary>
    /// <returns><see langword="false"/>: it is stuck in a step and was left behind.</returns>
    private bool Watch(Thread thread)
    {
        if (mode.GuardsItself)
        {
            thread.Join();
            return true;
        }

        TimeSpan glance = TimeSpan.FromTicks(Math.Max(options.Patience.Ticks / 8, TimeSpan.TicksPerMillisecond));
        (Schedule? Schedule, int Steps) seen = default;
        long since = TimeProvider.System.GetTimestamp();
        while (!thread.Join(glance))
        {
            Schedule? running = Volatile.Read(ref _running);
            (Schedule? Schedule, int Steps) now = (running, running?.Steps ?? 0);
            if (now != seen || running is null)
            {
                seen = now;
                since = TimeProvider.System.GetTimestamp();
            }
            else if (TimeProvider.System.GetElapsedTime(since) >= options.Patience)
            {
                Volatile.Write(ref _isAbandoned, true);
                return thread.Join(0);
            }
        }

        return true;
    }

    private ExplorationResult Search(Chooser chooser)
    {
        while (true)
        {
            int number = _schedules + 1;
            (RunOutcome outcome, Schedule schedule) = Run(chooser, number);
            _schedules = number;
            _steps += schedule.Steps;
            bool isLast = number >= options.Schedules;
            if (outcome.Failure is null && mode.LateFailure(isLast: false) is { } late)
            {
                outcome = late;
            }

            if (outcome.Failure is null)
            {
                outcome = chooser.HasDiverged ? new RunOutcome(FailureKind.Divergence, Diverged, null, []) : OtherTheSecondTime(schedule, number) ?? outcome;
            }

            bool isOver = outcome.Failure is not null || !chooser.Next() || isLast;
            if (isOver && outcome.Failure is null && mode.LateFailure(isLast: true) is { } last)
            {
                outcome = last;
            }

            if (outcome.Failure is not null)
            {
                return Failed(chooser, outcome, schedule);
            }

            if (isOver)
            {
                return Result(chooser.Description, chooser.IsExhausted, null);
            }

            if (number % RunsBetweenProgress == 0 && options.Progress is { } progress)
            {
                progress(number);
            }
        }
    }

    private ExplorationResult Repeat(List<int> choices, uint check)
    {
        ReplayChooser chooser = new(choices);
        (RunOutcome outcome, Schedule schedule) = Run(chooser, 1, isExplained: true);
        _schedules = 1;
        _steps = schedule.Steps;
        outcome = outcome.Failure is null ? mode.LateFailure(isLast: true) ?? outcome : outcome;
        if ((!SeedText.Fits(check, schedule.Trace) || chooser.HasDiverged) && outcome.Failure is not (FailureKind.Escape or FailureKind.Blocked))
        {
            string otherwise = outcome.Failure is null ? "and nothing failed" : $"and failed otherwise: {outcome.Message}";
            outcome = outcome with
            {
                Failure = FailureKind.Divergence,
                Message = "the program took other steps than when the seed was made, " + otherwise
                    + "; it was changed, or depends on time, on chance, or on what an earlier run left",
            };
        }

        return Result(chooser.Description, isExhausted: false, outcome.Failure is null ? null : Told(outcome, schedule, choices));
    }

    /// <summary>Runs a schedule a second time now and then: a program that goes by chance is found out before it confuses the search.</summary>
    private RunOutcome? OtherTheSecondTime(Schedule first, int number)
    {
        if ((number & (number - 1)) != 0)
        {
            return null;
        }

        (RunOutcome outcome, Schedule second) = Run(new ReplayChooser(first.Choices), 1);
        return outcome.Failure == FailureKind.Escape ? outcome
            : second.Trace != first.Trace || outcome.Failure is not null ? new RunOutcome(FailureKind.Divergence, Diverged, null, [])
            : null;
    }

    private ExplorationResult Failed(Chooser chooser, RunOutcome outcome, Schedule schedule)
    {
        IReadOnlyList<int> choices = schedule.Choices;
        FailureKind kind = outcome.Failure!.Value;
        if (kind is not (FailureKind.Escape or FailureKind.Divergence))
        {
            (RunOutcome again, Schedule second) = Run(new ReplayChooser(choices), 1);
            if (again.Failure == FailureKind.Escape)
            {
                (outcome, kind) = (again, FailureKind.Escape);
            }
            else if (again.Failure != kind || second.Trace != schedule.Trace)
            {
                outcome = again with { Failure = FailureKind.Divergence, Message = $"{Diverged}; the first time: {outcome.Message}" };
                kind = FailureKind.Divergence;
            }
            else
            {
                choices = new Minimiser(candidate => Run(candidate, 1), kind, kind == FailureKind.Blocked ? FewRuns : MostRuns).Minimise(schedule);
            }
        }

        (RunOutcome told, Schedule story) = Run(new ReplayChooser(choices), 1, isExplained: true);

        // Outside influences need not come again; what was seen first stands then, with the story of the same choices.
        RunOutcome final = told.Failure == kind ? told : outcome with { Lanes = told.Lanes };
        return Result(chooser.Description, isExhausted: false, Told(final, story, choices));
    }

    private (RunOutcome Outcome, Schedule Schedule) Run(Chooser chooser, int number, bool isExplained = false)
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isAbandoned), this);
            chooser.Begin(number);
            Schedule schedule = new(chooser, isExplained);
            Volatile.Write(ref _running, schedule);
            RunOutcome outcome = mode.Run(schedule);
            Volatile.Write(ref _running, null);
            if (!outcome.IsToBeRepeated)
            {
                return (outcome, schedule);
            }
        }
    }

    /// <summary>Tells of a step that does not end: its schedule is run once more, explained, and left behind where it stops.</summary>
    private ExplorationResult BlockedResult(string strategy)
    {
        Schedule stuck = Volatile.Read(ref _running)!;
        int[] choices = [.. stuck.Choices];
        IExploredMode again = mode.Again();
        ReplayChooser chooser = new(choices);
        chooser.Begin(1);
        Schedule story = new(chooser, isExplained: true);
        RunOutcome? ended = null;
        Thread thread = NewThread(() => ended = again.Run(story));

        // Until it is at the same step, and then as long as that may take: what is told of the steps before costs the more the busier the machine is.
        long start = TimeProvider.System.GetTimestamp();
        while (story.Steps < stuck.Steps && TimeProvider.System.GetElapsedTime(start) < LongestWayThere && !thread.Join(1))
        {
        }

        if (thread.Join(options.Patience < LongestRetelling ? options.Patience : LongestRetelling) && ended is { Failure: null })
        {
            story = stuck;
        }

        string message = $"a step of {again.CurrentLane} did not end within {options.Patience.TotalSeconds:0.###} s: it blocks its thread, or loops without awaiting";
        _schedules++;
        RunOutcome outcome = new(FailureKind.Blocked, message, null, [.. story.Story.Select(static step => step.Lane).Distinct()]);
        return Result(strategy, isExhausted: false, Told(outcome, story, choices));
    }

    private ExplorationFailure Told(RunOutcome outcome, Schedule schedule, IReadOnlyList<int> choices) => new()
    {
        Kind = outcome.Failure!.Value,
        Message = outcome.Message,
        Seed = SeedText.Write(mode.SeedPrefix, choices, schedule.Trace),
        FoundAt = Math.Max(1, _schedules),
        Lanes = outcome.Lanes,
        Steps = outcome.Failure is FailureKind.Endless or FailureKind.TooManyLanes && schedule.Story.Count > Many
            ? [.. schedule.Story.Take(MostToldOfMany), .. schedule.Story.TakeLast(MostToldOfMany)]
            : [.. schedule.Story],
        Exception = outcome.Exception,
    };

    private ExplorationResult Result(string strategy, bool isExhausted, ExplorationFailure? failure) => new()
    {
        Program = program,
        Strategy = strategy,
        Schedules = _schedules,
        Steps = _steps,
        IsExhausted = isExhausted,
        Elapsed = TimeProvider.System.GetElapsedTime(_start),
        Failure = failure,
    };

    private static Thread NewThread(ThreadStart body)
    {
        Thread thread = new(body) { IsBackground = true, Name = "explorer" };
        thread.UnsafeStart();
        return thread;
    }
}
