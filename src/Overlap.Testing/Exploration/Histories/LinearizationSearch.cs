namespace Overlap.Testing.Exploration.Histories;

/// <summary>Looks for an order of calls that explains their results.</summary>
/// <remarks>
/// <para>
/// The begins and ends of calls stand in a list by time. The search walks it: a call whose begin comes before the first end may be the next one to
/// take effect. If the model agrees, the call is lifted out of the list and the walk starts anew; an end that is reached means that its call had to
/// take effect before, so the last choice was wrong. A set of calls with a state that was reached before is not walked again.
/// </para>
/// Calls of unknown outcome have no end in the list: nothing forces them to take effect, and the search is over when all known ones have.
/// </remarks>
internal sealed class LinearizationSearch<TState, TOperation, TResult>
{
    private const int StepsBetweenLooks = 256;

    private readonly LinearizableModel<TState, TOperation, TResult> _model;
    private readonly Deadline _deadline;
    private readonly Event _head = new();
    private readonly Stack<(Event Call, TState State)> _lifted = new();
    private readonly HashSet<(CallSet Calls, TState State)> _seen;
    private readonly int _count;
    private int _knownLeft;

    public LinearizationSearch(LinearizableModel<TState, TOperation, TResult> model, IEnumerable<HistoryCall<TOperation, TResult>> calls, Deadline deadline)
    {
        _model = model;
        _deadline = deadline;
        _seen = new HashSet<(CallSet, TState)>(new PlaceComparer(model.StateComparer));
        List<Event> events = [];
        foreach (HistoryCall<TOperation, TResult> call in calls.Where(static call => !call.IsWithdrawn))
        {
            var begin = new Event { Call = call, Id = _count++, Stamp = call.Began };
            events.Add(begin);
            if (call.Answer.IsKnown)
            {
                begin.End = new Event { Stamp = call.Ended };
                events.Add(begin.End);
                _knownLeft++;
            }
        }

        Event last = _head;
        foreach (Event next in events.OrderBy(static entry => entry.Stamp))
        {
            (last.Next, next.Previous) = (next, last);
            last = next;
        }
    }

    /// <summary>The longest order that explains a part of the calls, when no order explains all.</summary>
    public IReadOnlyList<HistoryCall<TOperation, TResult>> Longest { get; private set; } = [];

    /// <summary>The state after <see cref="Longest"/>.</summary>
    public TState? LongestState { get; private set; }

    public LinearizabilityVerdict Run()
    {
        TState state = _model.InitialState;
        LongestState = state;
        var done = new CallSet(_count);
        Event? entry = _head.Next;
        for (int steps = 0; _knownLeft > 0; steps++)
        {
            if (steps % StepsBetweenLooks == 0 && _deadline.IsOver)
            {
                return LinearizabilityVerdict.Unknown;
            }

            if (entry is { Call: { } call })
            {
                if (_model.TryApply(state, call.Operation, call.Answer, out TState next) && _seen.Add((done.With(entry.Id), next)))
                {
                    done = done.With(entry.Id);
                    _lifted.Push((entry, state));
                    state = next;
                    Lift(entry);
                    entry = _head.Next;
                    KeepLongest(state);
                }
                else
                {
                    entry = entry.Next;
                }

                continue;
            }

            // An end: its call had to take effect before.
            if (!_lifted.TryPop(out (Event Call, TState State) last))
            {
                return LinearizabilityVerdict.NotLinearizable;
            }

            state = last.State;
            done = done.Without(last.Call.Id);
            PutBack(last.Call);
            entry = last.Call.Next;
        }

        return LinearizabilityVerdict.Linearizable;
    }

    private void KeepLongest(TState state)
    {
        if (_lifted.Count > Longest.Count)
        {
            Longest = [.. _lifted.Reverse().Select(static lifted => lifted.Call.Call!)];
            LongestState = state;
        }
    }

    private void Lift(Event begin)
    {
        begin.Leave();
        if (begin.End is { } end)
        {
            end.Leave();
            _knownLeft--;
        }
    }

    private void PutBack(Event begin)
    {
        if (begin.End is { } end)
        {
            end.ComeBack();
            _knownLeft++;
        }

        begin.ComeBack();
    }

    /// <summary>The begin of a call, or an end when it has no call.</summary>
    private sealed class Event
    {
        public HistoryCall<TOperation, TResult>? Call { get; init; }

        public int Id { get; init; }

        public long Stamp { get; init; }

        public Event? End { get; set; }

        public Event? Previous { get; set; }

        public Event? Next { get; set; }

        public void Leave()
        {
            Previous!.Next = Next;
            Next?.Previous = Previous;
        }

        // Its own links still tell where it stood: what left after it has come back before it.
        public void ComeBack()
        {
            Previous!.Next = this;
            Next?.Previous = this;
        }
    }

    private sealed class PlaceComparer(IEqualityComparer<TState> states) : IEqualityComparer<(CallSet Calls, TState State)>
    {
        public bool Equals((CallSet Calls, TState State) x, (CallSet Calls, TState State) y) => x.Calls.Equals(y.Calls) && states.Equals(x.State, y.State);

        public int GetHashCode((CallSet Calls, TState State) obj) => HashCode.Combine(obj.Calls.GetHashCode(), obj.State is null ? 0 : states.GetHashCode(obj.State));
    }
}
