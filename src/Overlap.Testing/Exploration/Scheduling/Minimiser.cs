namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>Looks for a schedule that fails in the same way and is easier to read: fewer preemptions, then fewer choices that are not the first.</summary>
/// <remarks>
/// First it searches anew with few preemptions, as small schedules often fail too; then it sets choices of the best one to the first way, in
/// ever smaller groups.
/// Source: A. Zeller, R. Hildebrandt, "Simplifying and isolating failure-inducing input", IEEE Transactions on Software Engineering 28, 2002.
/// </remarks>
/// <param name="run">Runs a schedule.</param>
/// <param name="kind">What it must find again.</param>
/// <param name="mostRuns">After how many runs it stops; before, when many steps were run.</param>
internal sealed class Minimiser(Func<Chooser, (RunOutcome Outcome, Schedule Schedule)> run, FailureKind kind, int mostRuns)
{
    private const int MostSearched = 100;
    private const int MostSteps = 200_000;

    private int _runs;
    private long _steps;
    private int[] _best = [];
    private (int Preemptions, int Choices, int Length) _cost;

    private bool IsTired => _runs >= mostRuns || _steps >= MostSteps;

    /// <summary>Returns the choices of the best schedule found, without the zeros at their end.</summary>
    public int[] Minimise(Schedule failed)
    {
        int[] first = Trim(failed.Choices);
        _cost = (int.MaxValue, int.MaxValue, int.MaxValue);
        Try(first);
        if (_best.Length == 0)
        {
            _best = first;
        }

        for (int bound = 0; bound < _cost.Preemptions && bound < 3; bound++)
        {
            if (Search(bound))
            {
                break;
            }
        }

        for (int size = Math.Max(1, _best.Length); ; size = Math.Max(1, size / 2))
        {
            bool isBetter = Clear(size) | Drop(size);
            if (IsTired || (size == 1 && !isBetter))
            {
                return _best;
            }
        }
    }

    private static int[] Trim(IReadOnlyList<int> choices)
    {
        int length = choices.Count;
        while (length > 0 && choices[length - 1] == 0)
        {
            length--;
        }

        return [.. choices.Take(length)];
    }

    private bool Search(int bound)
    {
        ExhaustiveChooser chooser = new(bound);
        for (int i = 1; i <= MostSearched && !IsTired; i++)
        {
            (RunOutcome outcome, Schedule schedule) = Run(chooser);
            if (outcome.Failure == kind)
            {
                return Try(Trim(schedule.Choices));
            }

            if (outcome.Failure is not null || !chooser.Next())
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>Sets groups of choices to the first way.</summary>
    private bool Clear(int size)
    {
        bool isBetter = false;
        for (int start = _best.Length - size; start > -size && !IsTired; start -= size)
        {
            int[] candidate = [.. _best];
            int from = Math.Clamp(start, 0, candidate.Length);
            int to = Math.Clamp(start + size, 0, candidate.Length);
            if (candidate.AsSpan(from..to).ContainsAnyExcept(0))
            {
                candidate.AsSpan(from..to).Clear();
                isBetter |= Try(Trim(candidate));
            }
        }

        return isBetter;
    }

    /// <summary>Leaves choices out, so that those behind them come sooner.</summary>
    private bool Drop(int size)
    {
        bool isBetter = false;
        for (int start = _best.Length - size; start > -size && !IsTired; start -= size)
        {
            int from = Math.Clamp(start, 0, _best.Length);
            int to = Math.Clamp(start + size, 0, _best.Length);
            if (from < to)
            {
                isBetter |= Try(Trim([.. _best[..from], .. _best[to..]]));
            }
        }

        return isBetter;
    }

    private (RunOutcome Outcome, Schedule Schedule) Run(Chooser chooser)
    {
        _runs++;
        (RunOutcome outcome, Schedule schedule) = run(chooser);
        _steps += schedule.Steps;
        return (outcome, schedule);
    }

    private bool Try(int[] candidate)
    {
        ReplayChooser chooser = new(candidate);
        (RunOutcome outcome, Schedule schedule) = Run(chooser);
        int[] taken = Trim(schedule.Choices);
        (int, int, int) cost = (chooser.Preemptions, taken.Count(static choice => choice != 0), schedule.Steps);
        if (outcome.Failure != kind || cost.CompareTo(_cost) >= 0)
        {
            return false;
        }

        _best = taken;
        _cost = cost;
        return true;
    }
}
