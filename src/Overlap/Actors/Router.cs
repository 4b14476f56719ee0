namespace Overlap.Actors;

/// <summary>Gives messages to one of several actors, or to all, on the thread of the one who tells: no mailbox of its own lies between.</summary>
/// <remarks>
/// Order: of one sender to one routee kept. Race: whoever stops meanwhile is passed over, and the message goes to the next.
/// Memory: as with each routee. Cost: no allocation; round-robin and chance one atomic operation, least-loaded a look at each routee, by key a search.
/// </remarks>
internal sealed class Router<TMessage>
{
    private readonly Route _route;
    private readonly Func<TMessage, string>? _textKey;
    private readonly Func<TMessage, long>? _numberKey;
    private readonly Lock _gate = new();

    private volatile RouteeRing<TMessage> _ring = new([], 0);
    private volatile bool _isClosed;
    private uint _turn;

    // Guarded by _gate: the counts of those that have left.
    private long _handled;
    private long _failed;
    private long _restarts;

    public Router(Route route)
    {
        _route = route;
        _textKey = route.Key as Func<TMessage, string>;
        _numberKey = route.Key as Func<TMessage, long>;
        if (route.Key is not null && _textKey is null && _numberKey is null)
        {
            throw new ArgumentException($"The route takes the key of other messages than {typeof(TMessage).Name}.", nameof(route));
        }
    }

    public bool IsBroadcast => _route.Kind == RouteKind.Broadcast;

    public bool IsClosed => _isClosed;

    public ActorCell<TMessage>[] Routees => _ring.Routees;

    public int QueueLength => _ring.Routees.Sum(static routee => routee.QueueLength);

    /// <summary>Puts others in the place of all that were there, which have ended.</summary>
    public void Replace(ActorCell<TMessage>[] routees)
    {
        _gate.Enter();
        foreach (ActorCell<TMessage> left in _ring.Routees)
        {
            RetireLocked(left);
        }

        _ring = new RouteeRing<TMessage>(routees, _route.Points);
        _gate.Exit();
    }

    /// <summary>Takes out one that has ended.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool Remove(ActorCell ended)
    {
        bool isLast = false;
        _gate.Enter();
        ActorCell<TMessage>[] routees = _ring.Routees;
        if (Array.Find(routees, routee => routee == ended) is { } left)
        {
            RetireLocked(left);
            _ring = new RouteeRing<TMessage>([.. routees.Where(routee => routee != left)], _route.Points);
            isLast = routees.Length == 1;
        }

        _gate.Exit();
        return isLast;
    }

    /// <summary>Refuses messages from now on.</summary>
    public void Close() => _isClosed = true;

    /// <summary>Tells whoever is chosen.</summary>
    /// <param name="message">The message.</param>
    /// <param name="result">What became of it; also if nobody got it.</param>
    /// <param name="error">What the key selector threw.</param>
    /// <returns>Whether there was somebody; if not, the message is the caller's again.</returns>
    public bool TryTell(TMessage message, out TellResult result, out Exception? error)
    {
        error = null;
        RouteeRing<TMessage> ring = _ring;
        result = _isClosed ? TellResult.Stopped : TellResult.Dropped;
        if (_isClosed || ring.Order.Length == 0)
        {
            return false;
        }

        if (IsBroadcast)
        {
            return TryTellAll(ring, message, ref result);
        }

        int place;
        try
        {
            place = PlaceOf(ring, message);
        }
        catch (Exception thrown)
        {
            error = thrown;
            return false;
        }

        for (int i = 0; i < ring.Order.Length; i++)
        {
            if (ring.Order[(place + i) % ring.Order.Length].TryTell(message, out TellResult told))
            {
                result = told;
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells whoever is chosen, waiting for room with it. What the key selector throws comes out.</summary>
    public bool TryTellAsync(TMessage message, CancellationToken cancellationToken, out ValueTask told)
    {
        told = default;
        RouteeRing<TMessage> ring = _ring;
        if (_isClosed || ring.Order.Length == 0)
        {
            return false;
        }

        if (IsBroadcast)
        {
            return TryTellAllAsync(ring, message, cancellationToken, out told);
        }

        int place = PlaceOf(ring, message);
        for (int i = 0; i < ring.Order.Length; i++)
        {
            if (ring.Order[(place + i) % ring.Order.Length].TryTellAsync(message, cancellationToken, out told))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Who gets a message; <see langword="null"/> if there is nobody. What the key selector throws comes out.</summary>
    public ActorCell<TMessage>? Choose(TMessage message)
    {
        RouteeRing<TMessage> ring = _ring;
        if (_isClosed || ring.Order.Length == 0)
        {
            return null;
        }

        int place = PlaceOf(ring, message);
        for (int i = 0; i < ring.Order.Length; i++)
        {
            if (ring.Order[(place + i) % ring.Order.Length].Choose(message) is { } chosen)
            {
                return chosen;
            }
        }

        return null;
    }

    /// <summary>The statistics of a router: its own restarts and children, and the sums of its routees, those that have left included.</summary>
    public ActorStatistics AddTo(ActorStatistics own)
    {
        _gate.Enter();
        ActorStatistics[] routees = [.. _ring.Routees.Select(static routee => routee.GetStatistics())];
        ActorStatistics all = own with
        {
            QueueLength = routees.Sum(static routee => routee.QueueLength),
            WaitingForRoom = routees.Sum(static routee => routee.WaitingForRoom),
            Handled = _handled + routees.Sum(static routee => routee.Handled),
            Failed = _failed + routees.Sum(static routee => routee.Failed),
            Restarts = own.Restarts + _restarts + routees.Sum(static routee => routee.Restarts),
            Routees = routees,
        };
        _gate.Exit();
        return all;
    }

    private void RetireLocked(ActorCell<TMessage> left)
    {
        ActorStatistics statistics = left.GetStatistics();
        _handled += statistics.Handled;
        _failed += statistics.Failed;
        _restarts += statistics.Restarts;
    }

    private int PlaceOf(RouteeRing<TMessage> ring, TMessage message)
    {
        uint length = (uint)ring.Order.Length;
        return _route.Kind switch
        {
            RouteKind.ConsistentHash => ring.PlaceOf(HashOf(message)),
            RouteKind.Random => (int)(StableHash.Of(((ulong)(uint)_route.Seed << 32) | NextTurn()) % length),
            RouteKind.LeastLoaded => LeastLoaded(ring.Order, (int)(NextTurn() % length)),
            _ => (int)(NextTurn() % length),
        };
    }

    private uint NextTurn() => Interlocked.Increment(ref _turn) - 1;

    private ulong HashOf(TMessage message) => _numberKey is not null
        ? StableHash.Of((ulong)_numberKey(message))
        : StableHash.Of(_textKey!(message) ?? throw new InvalidOperationException("The route's function gave no key."));

    private static int LeastLoaded(ActorCell<TMessage>[] routees, int from)
    {
        int best = from;
        int least = int.MaxValue;
        for (int i = 0; i < routees.Length && least > 0; i++)
        {
            int place = (from + i) % routees.Length;
            int load = routees[place].IsClosed ? int.MaxValue : routees[place].Load;
            if (load < least)
            {
                (best, least) = (place, load);
            }
        }

        return best;
    }

    private static bool TryTellAll(RouteeRing<TMessage> ring, TMessage message, ref TellResult result)
    {
        bool isTold = false;
        bool isAccepted = false;
        foreach (ActorCell<TMessage> routee in ring.Routees)
        {
            isTold |= routee.TryTell(message, out TellResult told);
            isAccepted |= told == TellResult.Accepted;
        }

        result = isAccepted ? TellResult.Accepted : isTold ? TellResult.Dropped : result;
        return isTold;
    }

    private static bool TryTellAllAsync(RouteeRing<TMessage> ring, TMessage message, CancellationToken cancellationToken, out ValueTask told)
    {
        List<Task>? waits = null;
        bool isTold = false;
        foreach (ActorCell<TMessage> routee in ring.Routees)
        {
            if (!routee.TryTellAsync(message, cancellationToken, out ValueTask one))
            {
                continue;
            }

            isTold = true;
            if (one.IsCompletedSuccessfully)
            {
                one.GetAwaiter().GetResult();
            }
            else
            {
                (waits ??= []).Add(one.AsTask());
            }
        }

        told = waits is null ? default : new ValueTask(Task.WhenAll(waits));
        return isTold;
    }
}
