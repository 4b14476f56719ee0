using Overlap.Futures;
using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Futures;

public sealed class TaskGroupTests
{
    [Fact]
    public void JoinAsync_ChildrenUnderALimit_AllHaveEndedWhenItEnds() => Exploring.Holds(static x => x.Spawn("owner", () =>
    {
        TaskGroup group = new(new TaskGroupOptions { Limit = 1 });
        int running = 0;
        Task[] children =
        [
            .. Enumerable.Range(0, 2).Select(_ => group.Run(_ =>
            {
                x.Assert(++running == 1, "two run under a limit of one");
                x.Point();
                running--;
                return Task.CompletedTask;
            })),
        ];
        x.Wait(group.JoinAsync());
        x.Assert(children.All(static child => child.IsCompletedSuccessfully));
    }));

    [Fact]
    public void JoinAsync_ChildrenAwaitEachOther_AllEnd() => Exploring.Holds(static x => x.Spawn("owner", () =>
    {
        TaskGroup group = new();
        AsyncManualResetEvent signal = new();
        Task waiter = group.Run(async token => await signal.WaitAsync(token).ConfigureAwait(false));
        Task setter = group.Run(_ =>
        {
            signal.Set();
            return Task.CompletedTask;
        });
        x.Wait(group.JoinAsync());
        x.Assert(waiter.IsCompletedSuccessfully && setter.IsCompletedSuccessfully);
    }));

    [Fact]
    public void JoinAsync_ChildFails_SiblingIsCancelledAndJoined() => Exploring.Holds(static x => x.Spawn("owner", () =>
    {
        TaskGroup group = new();
        AsyncManualResetEvent never = new();
        Task waiter = group.Run(async token => await never.WaitAsync(token).ConfigureAwait(false));
        Task failing = group.Run(_ => Task.FromException(new FormatException("planned")));
        Task join = group.JoinAsync();
        x.Wait(() => join.IsCompleted, "the end of the group");
        x.Assert(join.Exception?.InnerException is AggregateException { InnerException: FormatException } or FormatException);
        x.Assert(waiter.IsCanceled && failing.IsFaulted && never.GetStatistics().Waiting == 0);
    }));

    [Fact]
    public void Cancel_MeetsTheEndOfChildren_TheGroupEnds() => Exploring.Holds(static x =>
    {
        TaskGroup group = new(new TaskGroupOptions { Limit = 1 });
        x.Spawn("owner", () =>
        {
            Task first = group.Run(static _ => Task.CompletedTask);
            Task second = group.Run(static _ => Task.CompletedTask);
            x.Wait(group.JoinAsync());
            x.Assert(first.IsCompleted && second.IsCompleted);
        });
        x.Spawn("canceller", group.Cancel);
    });
}
