using Overlap.Actors;
using Overlap.Explored.Tests.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Actors;

/// <summary>Every message told is taken once, or given back once; and no actor sleeps over one. With store buffers, as processors have them.</summary>
public sealed class MailboxTests
{
    [Fact]
    public void Tell_ActorFallsAsleep_NoMessageIsSleptOver() => Assert.True(Exploring.Exhaust(
        static x =>
        {
            TakingActor actor = new(x);
            x.Spawn("teller", () =>
            {
                actor.Tell(1);
                actor.Tell(2);
            });
            x.AtEnd(() => x.Assert(actor.Taken is [1, 2], string.Join(", ", actor.Taken)));
        },
        storeBuffers: true) is { Failure: null });

    [Fact]
    public void Tell_TwoTellers_EachOnesMessagesAreTakenOnceAndInOrder() => Holds(static x =>
    {
        TakingActor actor = new(x);
        x.Spawn("odd", () =>
        {
            actor.Tell(1);
            actor.Tell(3);
        });
        x.Spawn("even", () =>
        {
            actor.Tell(2);
            actor.Tell(4);
        });
        x.AtEnd(() => x.Assert(
            actor.Taken.Order().SequenceEqual([1, 2, 3, 4]) && actor.Taken.IndexOf(1) < actor.Taken.IndexOf(3) && actor.Taken.IndexOf(2) < actor.Taken.IndexOf(4),
            string.Join(", ", actor.Taken)));
    });

    [Fact]
    public void Send_ActorFallsAsleep_SystemMessageIsTaken() => Holds(static x =>
    {
        TakingActor actor = new(x);
        x.Spawn("teller", () => actor.Tell(1));
        x.Spawn("system", () =>
        {
            actor.Send(SystemMessageKind.Timer);
            actor.Send(SystemMessageKind.Timer);
        });
        x.AtEnd(() => x.Assert(actor.Taken is [1] && actor.SystemMessages == 2));
    });

    [Fact]
    public void Send_ResumeMeetsTell_MessagesThatWaitedAreTaken() => Holds(static x =>
    {
        TakingActor actor = new(x) { IsHeld = true };
        x.Spawn("teller", () =>
        {
            actor.Tell(1);
            actor.Tell(2);
        });
        x.Spawn("supervisor", () =>
        {
            actor.Send(SystemMessageKind.Timer);
            actor.Send(SystemMessageKind.Resume);
        });
        x.AtEnd(() => x.Assert(actor.Taken is [1, 2] && actor.SystemMessages == 2));
    });

    [Fact]
    public void TellAndWait_MailboxOfOne_EachMessageIsTakenOnceAndInOrder() => Holds(static x =>
    {
        TakingActor actor = new(x, MailboxOptions.Bounded(1));
        x.Spawn("odd", () =>
        {
            actor.TellAndWait(1);
            actor.TellAndWait(3);
        });
        x.Spawn("even", () => actor.TellAndWait(2));
        x.AtEnd(() => x.Assert(
            actor.Taken.Order().SequenceEqual([1, 2, 3]) && actor.Taken.IndexOf(1) < actor.Taken.IndexOf(3) && actor.Mailbox.WaitingCount == 0,
            string.Join(", ", actor.Taken)));
    });

    [Fact]
    public void TellAndWait_CancellationMeetsRoom_TheMessageIsInOrNot() => Holds(static x =>
    {
        TakingActor actor = new(x, MailboxOptions.Bounded(1));
        CancellationTokenSource cancellation = new();
        int told = 1;
        x.Spawn("teller", () =>
        {
            actor.Tell(1);
            told += Attempt.Cancelable(() => actor.TellAndWait(2, cancellation.Token)) ? 1 : 0;
        });
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(actor.Taken.Count == told && actor.Mailbox is { WaitingCount: 0, Count: 0 }));
    });

    [Fact]
    public void Close_MeetsTellersAndThoseWhoWait_EachMessageIsTakenOrRefused() => Holds(static x =>
    {
        TakingActor actor = new(x, MailboxOptions.Bounded(1));
        x.Spawn("patient", () =>
        {
            try
            {
                actor.TellAndWait(1);
                actor.TellAndWait(2);
            }
            catch (InvalidOperationException)
            {
            }
        });
        x.Spawn("teller", () => actor.Tell(3));
        x.Spawn("closer", actor.Close);
        x.AtEnd(() => x.Assert(
            actor.Taken.Concat(actor.Refused).Order().SequenceEqual([1, 2, 3]) || actor.Taken.Concat(actor.Refused).Order().SequenceEqual([1, 3]),
            $"taken {string.Join(", ", actor.Taken)}, refused {string.Join(", ", actor.Refused)}"));
    });

    [Fact]
    public void Tell_OldestIsDropped_EachMessageIsTakenOrGivenBackOnce() => Holds(static x =>
    {
        TakingActor actor = new(x, MailboxOptions.Bounded(1, MailboxOverflow.DropOldest));
        x.Spawn("odd", () =>
        {
            actor.Tell(1);
            actor.Tell(3);
        });
        x.Spawn("even", () => actor.Tell(2));
        x.AtEnd(() => x.Assert(
            actor.Taken.Concat(actor.Evicted).Order().SequenceEqual([1, 2, 3]) && actor.Mailbox.Count == 0,
            $"taken {string.Join(", ", actor.Taken)}, dropped {string.Join(", ", actor.Evicted)}"));
    });

    [Fact]
    public void Tell_PastTheEndOfAStretch_NothingIsLostOrTwice() => Holds(static x =>
    {
        // The first stretch is as long as the limit, the next twice that.
        TakingActor actor = new(x, MailboxOptions.Bounded(2));
        x.Spawn("teller", () =>
        {
            for (int message = 1; message <= 5; message++)
            {
                actor.TellAndWait(message);
            }
        });
        x.AtEnd(() => x.Assert(actor.Taken is [1, 2, 3, 4, 5], string.Join(", ", actor.Taken)));
    });

    private static void Holds(Action<ThreadExplorer> program) => Exploring.Holds(program, schedules: 1_500, storeBuffers: true);
}
