using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>A small program that is wrong in one place, and the same without that.</summary>
/// <param name="Name">What is wrong.</param>
/// <param name="Kind">What the explorer must call it.</param>
/// <param name="Program">The program; the flag says whether the bug is in it.</param>
/// <param name="StoreBuffers">Whether only store buffers bring it out.</param>
internal sealed record PlantedBug(string Name, FailureKind Kind, Action<ThreadExplorer, bool> Program, bool StoreBuffers = false)
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        new("lost update", FailureKind.LostUpdate, CounterBugs.LostUpdate),
        new("check, then act", FailureKind.Assertion, CounterBugs.CheckThenAct),
        new("countdown not atomic", FailureKind.LostWakeUp, CounterBugs.CountdownNotAtomic),
        new("torn read", FailureKind.Assertion, CounterBugs.TornRead),
        new("locks in two orders", FailureKind.Deadlock, LockBugs.TwoOrders),
        new("lock kept after an exception", FailureKind.LostWakeUp, LockBugs.KeptAfterException),
        new("disposal overlooks one who enters", FailureKind.LostWakeUp, LockBugs.DisposalOverlooksWaiter),
        new("missing fence", FailureKind.Assertion, LockBugs.MissingFence, StoreBuffers: true),
        new("lost wake-up", FailureKind.LostWakeUp, EventBugs.LostWakeUp),
        new("notified before the wait", FailureKind.LostWakeUp, EventBugs.NotifiedBeforeWait),
        new("one woken instead of all", FailureKind.LostWakeUp, EventBugs.MissingBroadcast),
        new("barrier used again without generations", FailureKind.LostWakeUp, EventBugs.BarrierWithoutGeneration),
        new("double release", FailureKind.Assertion, SemaphoreBugs.DoubleRelease),
        new("cancellation loses the permit", FailureKind.Assertion, SemaphoreBugs.CancellationLosesPermit),
        new("cancellation doubles the permit", FailureKind.Assertion, SemaphoreBugs.CancellationDoublesPermit),
        new("two permits, one woken", FailureKind.LostWakeUp, SemaphoreBugs.TwoPermitsOneWoken),
        new("missing second look", FailureKind.Exception, QueueBugs.MissingSecondLook),
        new("pulse instead of pulse all", FailureKind.LostWakeUp, QueueBugs.PulseInsteadOfPulseAll),
        new("cancelled read loses an item", FailureKind.Assertion, QueueBugs.CancelledReadLosesItem),
        new("published before it is written", FailureKind.Assertion, QueueBugs.PublishedEarly),
        new("mailbox looks at next, not at the tail", FailureKind.Assertion, MailboxBugs.LooksAtNext, StoreBuffers: true),
        new("mailbox sleeps on an earlier look", FailureKind.Assertion, MailboxBugs.SleepsOnAnEarlierLook),
        new("mailbox resumed without waking", FailureKind.Assertion, MailboxBugs.ResumesWithoutWaking),
        new("mailbox drops what is taken", FailureKind.Assertion, MailboxBugs.DropsWhatIsTaken),
        new("ABA", FailureKind.Assertion, StackBugs.Aba),
        new("readers counted one by one", FailureKind.Assertion, ReaderWriterBugs.CountNotAtomic),
        new("two upgrades wait for each other", FailureKind.LostWakeUp, ReaderWriterBugs.TwoUpgrades),
        new("end of the last pump not told", FailureKind.LostWakeUp, PipelineBugs.EndNotTold),
        new("room never told", FailureKind.LostWakeUp, PipelineBugs.RoomNeverTold),
        new("refused item not counted", FailureKind.Assertion, PipelineBugs.RefusedNotCounted),
        new("failure overtakes a result", FailureKind.Assertion, PipelineBugs.FailureOvertakes),
        new("value made twice", FailureKind.Assertion, LazyBugs.MadeTwice),
        new("flag before value", FailureKind.Exception, LazyBugs.FlagBeforeValue),
    ];

    public override string ToString() => Name;
}
