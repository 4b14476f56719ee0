using System.Collections.Immutable;
using System.Globalization;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

// Who holds what, and how it comes back: settled, lost, or given back.
public sealed partial class InMemoryBroker
{
    /// <summary>Takes what waits, the most urgent of all queues first, and of queues equally urgent in turn.</summary>
    internal IReadOnlyList<Delivery> Take(InMemoryConsumer consumer, int most)
    {
        List<InMemoryHold> taken = [];
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(consumer.IsDisposed, consumer);
            while (taken.Count < most && FindNextLocked(consumer.Queues) is { } message)
            {
                _queues[message.Queue].Remove(message);
                ImmutableArray<string> queues = consumer.Queues;
                consumer.Queues = queues.Remove(message.Queue).Add(message.Queue);
                taken.Add(HoldLocked(consumer, message));
            }
        }

        return taken.ConvertAll(hold => Deliver(hold, consumer.Limits));
    }

    /// <summary>Lets count what is still held.</summary>
    internal bool[] Begin(InMemoryConsumer consumer, ReadOnlySpan<Delivery> deliveries)
    {
        bool[] areHeld = new bool[deliveries.Length];
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            for (int index = 0; index < areHeld.Length; index++)
            {
                if (deliveries[index].State is InMemoryHold hold && consumer.Held.Contains(hold))
                {
                    areHeld[index] = hold.Counts = true;
                }
            }
        }

        return areHeld;
    }

    /// <summary>Settles what is still held.</summary>
    internal bool[] Settle(InMemoryConsumer consumer, ReadOnlySpan<Settlement> settlements)
    {
        bool[] wereHeld = new bool[settlements.Length];
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            StoredPublication?[] successors = new StoredPublication?[settlements.Length];
            for (int index = 0; index < successors.Length; index++)
            {
                if (settlements[index].Successor is { } successor)
                {
                    successors[index] = StoredPublication.Of(successor);
                    ThrowIfUnboundLocked(successors[index]!);
                }
            }

            for (int index = 0; index < settlements.Length; index++)
            {
                // I1: who takes a hold out of Held settles it; nobody else finds it there.
                if (settlements[index].Delivery.State is InMemoryHold hold && consumer.Held.Remove(hold))
                {
                    wereHeld[index] = true;
                    _runningOut.Remove(hold);
                    SettleLocked(hold.Message, settlements[index], successors[index]);
                }
            }

            SetTimerLocked();
        }

        WakeConsumers();
        return wereHeld;
    }

    /// <summary>Ends a consumer: what it holds goes back.</summary>
    internal void Leave(InMemoryConsumer consumer)
    {
        InMemoryHold[] held;
        lock (Gate)
        {
            held = [.. consumer.Held];
            consumer.Held.Clear();
            consumer.IsDisposed = true;
            _consumers.Remove(consumer);
            foreach (InMemoryHold hold in held)
            {
                _runningOut.Remove(hold);
                PutLocked(hold.Message);
            }
        }

        consumer.Wake();
        Tell(held);
        WakeConsumers();
    }

    private static void Tell(IEnumerable<InMemoryHold> lost)
    {
        foreach (InMemoryHold hold in lost)
        {
            hold.LeaseLost.Cancel();
        }
    }

    private InMemoryMessage? FindNextLocked(ImmutableArray<string> queues)
    {
        InMemoryMessage? next = null;
        foreach (string queue in queues)
        {
            if (_queues.TryGetValue(queue, out SortedSet<InMemoryMessage>? messages)
                && messages.Min is { } first
                && (next is null || first.Priority < next.Priority))
            {
                next = first;
            }
        }

        return next;
    }

    private InMemoryHold HoldLocked(InMemoryConsumer consumer, InMemoryMessage message)
    {
        InMemoryHold hold = new(consumer, message)
        {
            Tag = (++_lastTag).ToString(CultureInfo.InvariantCulture),
            Attempt = message.LostBy + 1,
            IsRedelivered = message.WasDelivered,
            Counts = message.LostBy == 0,
        };
        consumer.Held.Add(hold);
        message.WasDelivered = true;
        return hold;
    }

    private static Delivery Deliver(InMemoryHold hold, ProtocolLimits limits)
    {
        WireMessage? message = null;
        MessageFormatException? defect = null;
        try
        {
            message = EnvelopeCodec.Read(hold.Message.Raw, limits);
            if (hold.IsRedelivered)
            {
                message = message with { Properties = message.Properties with { IsRedelivered = true } };
            }
        }
        catch (MessageFormatException unreadable)
        {
            defect = unreadable;
        }

        return new Delivery
        {
            Tag = hold.Tag,
            Queue = hold.Message.Queue,
            Message = message,
            Defect = defect,
            Raw = hold.Message.Raw,
            Attempt = hold.Attempt,
            LeaseLost = hold.LeaseLost.Token,
            State = hold,
        };
    }

    private void SettleLocked(InMemoryMessage message, in Settlement settlement, StoredPublication? successor)
    {
        switch (settlement.Kind)
        {
            case SettlementKind.Return:
                PutLocked(message);
                break;
            case SettlementKind.Requeue:
                PutLastLocked(message);
                break;
            case SettlementKind.Defer:
                message.Place = ++_lastPlace;
                message.Due = settlement.Due!.Value;
                _deferred.Add(message);
                break;
            case SettlementKind.DeadLetter:
                message.LostBy = 0;
                DeadLetterRecord record = new()
                {
                    Id = (++_lastTag).ToString(CultureInfo.InvariantCulture),
                    Queue = message.Queue,
                    Cause = settlement.Cause!,
                    At = _clock.GetUtcNow(),
                    Raw = message.Raw,
                };
                _deadLetters.AddLocked(record, message);
                break;
        }

        if (successor is not null)
        {
            PublishLocked(successor);
        }
    }

    /// <summary>Puts into their queues what is due, and what was held by one who stood still.</summary>
    private void LookAtTheClock()
    {
        List<InMemoryHold> lost = [];
        lock (Gate)
        {
            DateTimeOffset now = _clock.GetUtcNow();
            PutDueLocked(now);
            lost.AddRange(_runningOut.Where(hold => hold.EndsAt <= now));
            foreach (InMemoryHold hold in lost)
            {
                _runningOut.Remove(hold);
                hold.Holder.Held.Remove(hold);
                hold.Message.LostBy += hold.Counts ? 1 : 0;
                PutLocked(hold.Message);
            }

            SetTimerLocked();
        }

        Tell(lost);
        WakeConsumers();
    }

    private void PutDueLocked(DateTimeOffset now)
    {
        while (_deferred.Min is { } first && first.Due <= now)
        {
            _deferred.Remove(first);
            PutLocked(first);
        }
    }

    private void SetTimerLocked()
    {
        if (_isDisposed || (_deferred.Count == 0 && _runningOut.Count == 0))
        {
            return;
        }

        DateTimeOffset now = _clock.GetUtcNow();
        PutDueLocked(now);
        DateTimeOffset? next = _deferred.Min?.Due;
        foreach (InMemoryHold hold in _runningOut)
        {
            next = next < hold.EndsAt ? next : hold.EndsAt;
        }

        // A timer takes no more than 49 days: it looks again then.
        TimeSpan wait = next is { } date ? TimeSpan.FromTicks(Math.Clamp((date - now).Ticks, 0, TimeSpan.TicksPerDay)) : Timeout.InfiniteTimeSpan;
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
