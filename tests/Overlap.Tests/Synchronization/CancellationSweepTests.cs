using Overlap.Tests.Synchronization.Sweep;

namespace Overlap.Tests.Synchronization;

/// <summary>
/// Cancels every asynchronous public method at every moment: before it begins, while it waits, when it could end at the same time, and after.
/// A wait that was cancelled has been given what it waited for, or the object is as if it had never been called; never neither.
/// </summary>
[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class CancellationSweepTests
{
    private const int Seed = 20_261_121;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Methods => [.. AsyncMethods.Scenarios.Keys];

    [Fact]
    public void Scenarios_EveryAsynchronousMethod_HasOne() => Assert.Empty(AsyncMethods.Find().Except(AsyncMethods.Scenarios.Keys));

    [Fact]
    public void Scenarios_EveryOne_HasItsMethod() => Assert.Empty(AsyncMethods.Scenarios.Keys.Except(AsyncMethods.Find()));

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_CancelledBefore_WinsOverAFreeWay(string method)
    {
        await using WaitScenario scenario = Make(method);
        scenario.Unblock();
        string before = scenario.State();
        await AssertCancelledAsync(scenario.CallAsync(Cancelled()), Cancelled());
        Assert.Equal(scenario.BrokenState ?? before, scenario.State());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_CancelledBefore_DoesNotQueue(string method)
    {
        await using WaitScenario scenario = Make(method);
        string before = scenario.State();
        await AssertCancelledAsync(scenario.CallAsync(Cancelled()), Cancelled());
        Assert.Equal(scenario.BrokenState ?? before, scenario.State());
        await AssertWorksAsync(method, scenario);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_CancelledWhileItWaits_LeavesNoTrace(string method)
    {
        await using WaitScenario scenario = Make(method);
        string before = scenario.State();
        using CancellationTokenSource source = new();
        Task call = scenario.CallAsync(source.Token);
        Assert.False(call.IsCompleted, "The scenario does not make the method wait.");
        await source.CancelAsync();
        await AssertCancelledAsync(call, source.Token);
        Assert.Equal(scenario.BrokenState ?? before, scenario.State());
        await AssertWorksAsync(method, scenario);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_CancelledBeforeItCouldEnd_LeavesTheEndToTheNext(string method)
    {
        await using WaitScenario scenario = Make(method);
        using CancellationTokenSource source = new();
        Task call = scenario.CallAsync(source.Token);
        await source.CancelAsync();
        scenario.Unblock();
        await AssertOneOrTheOtherAsync(method, scenario, call, mustBe: scenario.IsEndedByUnblocking ? TaskStatus.Canceled : null, source.Token);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_CancelledAfterItCouldEnd_HasEnded(string method)
    {
        await using WaitScenario scenario = Make(method);
        using CancellationTokenSource source = new();
        Task call = scenario.CallAsync(source.Token);
        scenario.Unblock();
        await source.CancelAsync();
        await AssertOneOrTheOtherAsync(method, scenario, call, mustBe: scenario.IsEndedByUnblocking ? TaskStatus.RanToCompletion : null, source.Token);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_FreedByTheCancellationBeforeItIsTold_HasEnded(string method)
    {
        // Callbacks of a token run in the opposite order of their registration.
        await using WaitScenario scenario = Make(method);
        using CancellationTokenSource source = new();
        Task call = scenario.CallAsync(source.Token);
        using CancellationTokenRegistration first = source.Token.Register(scenario.Unblock);
        await source.CancelAsync();
        await AssertOneOrTheOtherAsync(method, scenario, call, mustBe: scenario.IsEndedByUnblocking ? TaskStatus.RanToCompletion : null, source.Token);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_FreedByTheCancellationAfterItIsTold_LeavesTheEndToTheNext(string method)
    {
        await using WaitScenario scenario = Make(method);
        using CancellationTokenSource source = new();
        using CancellationTokenRegistration last = source.Token.Register(scenario.Unblock);
        Task call = scenario.CallAsync(source.Token);
        await source.CancelAsync();
        await AssertOneOrTheOtherAsync(method, scenario, call, mustBe: scenario.IsEndedByUnblocking ? TaskStatus.Canceled : null, source.Token);
    }

    [Theory]
    [MemberData(nameof(Methods))]
    [Trait("kind", "stress")]
    public async Task Call_CancelledAndFreedAtTheSameTime_IsOneOrTheOther(string method)
    {
        Random random = new(Seed);
        for (int round = 0; round < Thorough.Times(100, 20_000); round++)
        {
            await using WaitScenario scenario = Make(method);
            using CancellationTokenSource source = new();
            Task call = scenario.CallAsync(source.Token);
            int head = random.Next(-200, 200);
            using Barrier start = new(2);
            Task unblocking = Task.Run(() =>
            {
                start.SignalAndWait();
                Thread.SpinWait(Math.Max(0, head));
                scenario.Unblock();
            });
            start.SignalAndWait();
            Thread.SpinWait(Math.Max(0, -head));
            source.Cancel();
            await PatientlyAsync(unblocking);
            await AssertOneOrTheOtherAsync(method, scenario, call, mustBe: null, source.Token);
        }
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_CancelledAfterItEnded_ChangesNothing(string method)
    {
        await using WaitScenario scenario = Make(method);
        using CancellationTokenSource source = new();
        Task call = scenario.CallAsync(source.Token);
        scenario.Unblock();
        await PatientlyAsync(call);
        string ended = scenario.State();
        Assert.Equal(0, Registrations.CountOf(source));
        await source.CancelAsync();
        Assert.Equal(ended, scenario.State());
        scenario.GiveBack();
        Assert.Equal(await DeliveredAsync(method), scenario.State());
    }

    [Theory]
    [MemberData(nameof(Methods))]
    public async Task Call_WayFree_RegistersNothing(string method)
    {
        await using WaitScenario scenario = Make(method);
        using CancellationTokenSource source = new();
        if (scenario.IsUnblockingKept)
        {
            scenario.Unblock();
        }

        Task call = scenario.CallAsync(source.Token);
        if (!scenario.IsUnblockingKept)
        {
            scenario.Unblock();
        }

        Assert.True(call.IsCompleted || !scenario.EndsAtOnce || !scenario.IsUnblockingKept, "The scenario does not free the way.");
        await PatientlyAsync(call);
        Assert.Equal(0, Registrations.CountOf(source));
    }

    private static WaitScenario Make(string method) => AsyncMethods.Scenarios[method]();

    private static CancellationToken Cancelled() => new(canceled: true);

    /// <summary>The state after a call that was freed, given what it waited for, and gave that back, with no cancellation anywhere.</summary>
    private static async Task<string> DeliveredAsync(string method)
    {
        await using WaitScenario scenario = Make(method);
        Task call = scenario.CallAsync();
        scenario.Unblock();
        await PatientlyAsync(call);
        scenario.GiveBack();
        return scenario.State();
    }

    /// <summary>The state after the way was freed and nobody had ever called.</summary>
    private static async Task<string> NeverCalledAsync(string method)
    {
        await using WaitScenario scenario = Make(method);
        scenario.Unblock();
        return scenario.State();
    }

    private static async Task AssertOneOrTheOtherAsync(
        string method, WaitScenario scenario, Task call, TaskStatus? mustBe, CancellationToken cancellationToken)
    {
        await PatientlyAsync(call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (mustBe is { } status)
        {
            Assert.Equal(status, call.Status);
        }

        if (call.IsCompletedSuccessfully)
        {
            scenario.GiveBack();
            Assert.Equal(await DeliveredAsync(method), scenario.State());
        }
        else
        {
            await AssertCancelledAsync(call, cancellationToken);
            Assert.Equal(scenario.BrokenState ?? await NeverCalledAsync(method), scenario.State());
        }
    }

    private static async Task AssertCancelledAsync(Task call, CancellationToken cancellationToken)
    {
        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PatientlyAsync(call));
        Assert.Equal(cancellationToken, cancelled.CancellationToken);
    }

    // A task's own WaitAsync(TimeSpan) now and then leaves its timer behind until it is due.
    private static async Task PatientlyAsync(Task task)
    {
        using CancellationTokenSource patience = new(Patience);
        await task.WaitAsync(patience.Token);
    }

    private static async Task AssertWorksAsync(string method, WaitScenario scenario)
    {
        if (scenario.BrokenState is not null)
        {
            return;
        }

        Task next = scenario.CallAsync();
        scenario.Unblock();
        await PatientlyAsync(next);
        scenario.GiveBack();
        Assert.Equal(await DeliveredAsync(method), scenario.State());
    }
}
