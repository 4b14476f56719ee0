using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public class AsyncBarrierTests
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Halves_OfASum_AreAddedInStep()
    {
        // snippet
        int[] values = [1, 2, 3, 4];
        int[] halves = new int[2];
        List<int> sums = [];
        using AsyncBarrier barrier = new(2, phase => sums.Add(halves.Sum()));

        await Task.WhenAll(WorkAsync(0, Token), WorkAsync(1, Token));

        // A half that dies breaks the barrier; the other one gets BrokenBarrierException instead of waiting for ever.
        Task WorkAsync(int half, CancellationToken cancellationToken) => barrier.ParticipateAsync(async () =>
        {
            for (int round = 0; round < 3; round++)
            {
                halves[half] += values[2 * half] + values[(2 * half) + 1];
                await barrier.SignalAndWaitAsync(cancellationToken);
            }
        });
        // end snippet

        Assert.Equal([10, 20, 30], sums);
    }

    [Fact]
    public void SignalAndWaitAsync_LastArrives_AllGoOnWithTheirPlaces()
    {
        using AsyncBarrier barrier = new(3);
        ValueTask<int> first = barrier.SignalAndWaitAsync(Token);
        ValueTask<int> second = barrier.SignalAndWaitAsync(Token);
        Assert.False(first.IsCompleted);
        Assert.Equal(new AsyncBarrierStatistics(Participants: 3, Arrived: 2, PhaseNumber: 0, IsBroken: false), barrier.GetStatistics());

        int last = barrier.SignalAndWaitAsync(Token).Now();

        Assert.Equal([0, 1, 2], [first.Now(), second.Now(), last]);
        Assert.Equal(new AsyncBarrierStatistics(Participants: 3, Arrived: 0, PhaseNumber: 1, IsBroken: false), barrier.GetStatistics());
    }

    [Fact]
    public void SignalAndWaitAsync_SeveralPhases_ArePassedOneAfterTheOther()
    {
        List<long> phases = [];
        using AsyncBarrier barrier = new(2, phases.Add);
        for (int i = 0; i < 3; i++)
        {
            ValueTask<int> first = barrier.SignalAndWaitAsync(Token);
            barrier.SignalAndWaitAsync(Token).Now();
            first.Now();
        }

        Assert.Equal([0, 1, 2], phases);
        Assert.Equal(3, barrier.PhaseNumber);
    }

    [Fact]
    public void PhaseAction_Runs_BeforeAnybodyGoesOn()
    {
        ValueTask<int> first = default;
        bool wasWaiting = false;
        using AsyncBarrier barrier = new(2, _ => wasWaiting = !first.IsCompleted);
        first = barrier.SignalAndWaitAsync(Token);

        barrier.SignalAndWait(Token);

        Assert.True(wasWaiting);
        first.Now();
    }

    [Fact]
    public void PhaseAction_AsksTheBarrier_HoldsNoGate()
    {
        AsyncBarrier? barrier = null;
        AsyncBarrierStatistics? seen = null;
        barrier = new AsyncBarrier(1, _ => seen = BlockingStatistics(barrier!));

        barrier.SignalAndWait(Token);

        Assert.Equal(new AsyncBarrierStatistics(Participants: 1, Arrived: 1, PhaseNumber: 0, IsBroken: false), seen);
        barrier.Dispose();
    }

    [Fact]
    public async Task PhaseAction_Throws_BreaksTheBarrierForAll()
    {
        using AsyncBarrier barrier = new(2, _ => throw new FormatException());
        Task<int> first = barrier.SignalAndWaitAsync(Token).AsTask();

        BrokenBarrierException last = await Assert.ThrowsAsync<BrokenBarrierException>(async () => await barrier.SignalAndWaitAsync(Token));

        BrokenBarrierException other = await Assert.ThrowsAsync<BrokenBarrierException>(() => first);
        Assert.IsType<FormatException>(last.InnerException);
        Assert.IsType<FormatException>(other.InnerException);
        Assert.Equal(0, other.PhaseNumber);
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public void PhaseAction_ArrivesAtItsOwnBarrier_IsRefused()
    {
        AsyncBarrier? barrier = null;
        barrier = new AsyncBarrier(1, _ => barrier!.SignalAndWait(Token));

        BrokenBarrierException error = Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait(Token));

        Assert.IsType<InvalidOperationException>(error.InnerException);
        barrier.Dispose();
    }

    [Fact]
    public async Task SignalAndWaitAsync_OneCancelled_BreaksTheBarrierForAll()
    {
        using AsyncBarrier barrier = new(3);
        using CancellationTokenSource cancellation = new();
        Task<int> stays = barrier.SignalAndWaitAsync(Token).AsTask();
        Task<int> canceled = barrier.SignalAndWaitAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        BrokenBarrierException broken = await Assert.ThrowsAsync<BrokenBarrierException>(() => stays);
        Assert.IsAssignableFrom<OperationCanceledException>(broken.InnerException);
        await Assert.ThrowsAsync<BrokenBarrierException>(async () => await barrier.SignalAndWaitAsync(Token));
    }

    [Fact]
    public async Task SignalAndWaitAsync_AlreadyCancelled_BreaksTheBarrierToo()
    {
        using AsyncBarrier barrier = new(2);
        Task<int> stays = barrier.SignalAndWaitAsync(Token).AsTask();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await barrier.SignalAndWaitAsync(Canceled));

        await Assert.ThrowsAsync<BrokenBarrierException>(() => stays);
        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public void SignalAndWait_AlreadyCancelled_BreaksTheBarrierToo()
    {
        using AsyncBarrier barrier = new(2);

        Assert.ThrowsAny<OperationCanceledException>(() => barrier.SignalAndWait(Canceled));

        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public async Task SignalAndWaitAsync_CancelledWhileThePhaseActionRuns_IsTooLate()
    {
        using CancellationTokenSource cancellation = new();
        using AsyncBarrier barrier = new(2, _ => cancellation.Cancel());
        ValueTask<int> first = barrier.SignalAndWaitAsync(cancellation.Token);

        barrier.SignalAndWait(Token);

        Assert.Equal(0, await first);
        Assert.False(barrier.IsBroken);
    }

    [Fact]
    public async Task Abort_SomeWait_TheyAndLaterOnesGetTheCause()
    {
        using AsyncBarrier barrier = new(2);
        Task<int> waits = barrier.SignalAndWaitAsync(Token).AsTask();

        barrier.Abort(new FormatException());
        barrier.Abort();

        Assert.IsType<FormatException>((await Assert.ThrowsAsync<BrokenBarrierException>(() => waits)).InnerException);
        Assert.IsType<FormatException>(Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait(Token)).InnerException);
    }

    [Fact]
    public async Task Abort_PhaseActionRuns_ItHasRunInVain()
    {
        AsyncBarrier? barrier = null;
        barrier = new AsyncBarrier(2, _ => barrier!.Abort());
        Task<int> first = barrier.SignalAndWaitAsync(Token).AsTask();

        Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait(Token));

        await Assert.ThrowsAsync<BrokenBarrierException>(() => first);
        Assert.Equal(new AsyncBarrierStatistics(Participants: 2, Arrived: 0, PhaseNumber: 0, IsBroken: true), barrier.GetStatistics());
        barrier.Dispose();
    }

    [Fact]
    public async Task Reset_PhaseActionRuns_AllOfThePhaseAreSentAway()
    {
        AsyncBarrier? barrier = null;
        barrier = new AsyncBarrier(2, _ => barrier!.Reset());
        Task<int> first = barrier.SignalAndWaitAsync(Token).AsTask();

        Assert.Throws<BrokenBarrierException>(() => barrier.SignalAndWait(Token));

        await Assert.ThrowsAsync<BrokenBarrierException>(() => first);
        Assert.Equal(new AsyncBarrierStatistics(Participants: 2, Arrived: 0, PhaseNumber: 0, IsBroken: false), barrier.GetStatistics());
        barrier.Dispose();
    }

    [Fact]
    public async Task Dispose_PhaseActionRuns_AllOfThePhaseGetObjectDisposedException()
    {
        AsyncBarrier? barrier = null;
        barrier = new AsyncBarrier(2, _ => barrier!.Dispose());
        Task<int> first = barrier.SignalAndWaitAsync(Token).AsTask();

        Assert.Throws<ObjectDisposedException>(() => barrier.SignalAndWait(Token));

        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
    }

    [Fact]
    public async Task Reset_SomeWait_TheyAreSentAwayAndThePhaseBeginsAnew()
    {
        using AsyncBarrier barrier = new(2);
        Task<int> sentAway = barrier.SignalAndWaitAsync(Token).AsTask();

        barrier.Reset();

        await Assert.ThrowsAsync<BrokenBarrierException>(() => sentAway);
        ValueTask<int> first = barrier.SignalAndWaitAsync(Token);
        barrier.SignalAndWaitAsync(Token).Now();
        Assert.Equal(0, first.Now());
    }

    [Fact]
    public void Reset_Broken_IsMended()
    {
        using AsyncBarrier barrier = new(1);
        barrier.Abort();

        barrier.Reset();

        Assert.Equal(0, barrier.SignalAndWait(Token));
    }

    [Fact]
    public async Task SignalAndWaitAsync_NoParticipants_ThrowsInvalidOperationException()
    {
        using AsyncBarrier barrier = new(0);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await barrier.SignalAndWaitAsync(Token));
    }

    [Fact]
    public void AddParticipants_SomeHaveArrived_PhaseWaitsForThem()
    {
        using AsyncBarrier barrier = new(2);
        ValueTask<int> first = barrier.SignalAndWaitAsync(Token);

        Assert.Equal(0, barrier.AddParticipants());

        ValueTask<int> second = barrier.SignalAndWaitAsync(Token);
        Assert.False(first.IsCompleted);
        barrier.SignalAndWaitAsync(Token).Now();
        first.Now();
        second.Now();
    }

    [Fact]
    public void AddParticipants_PhaseActionRuns_CountFromTheNextPhase()
    {
        AsyncBarrier? barrier = null;
        long first = -1;
        barrier = new AsyncBarrier(1, _ => first = barrier!.AddParticipants());

        barrier.SignalAndWait(Token);

        Assert.Equal(1, first);
        Assert.False(barrier.SignalAndWaitAsync(Token).AsTask().IsCompleted);
        barrier.Dispose();
    }

    [Fact]
    public void RemoveParticipants_AllOthersHaveArrived_EndsThePhase()
    {
        int actions = 0;
        using AsyncBarrier barrier = new(2, _ => actions++);
        ValueTask<int> first = barrier.SignalAndWaitAsync(Token);

        barrier.RemoveParticipants();

        first.Now();
        Assert.Equal(1, actions);
        Assert.Equal(1, barrier.ParticipantCount);
    }

    [Fact]
    public void RemoveParticipants_MoreThanHaveNotArrived_ThrowsAndRemovesNone()
    {
        using AsyncBarrier barrier = new(2);
        ValueTask<int> first = barrier.SignalAndWaitAsync(Token);

        Assert.Throws<InvalidOperationException>(() => barrier.RemoveParticipants(2));

        barrier.SignalAndWait(Token);
        first.Now();
    }

    [Fact]
    public void Numbers_OutOfRange_ThrowArgumentOutOfRangeException()
    {
        using AsyncBarrier barrier = new(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncBarrier(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => barrier.AddParticipants(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => barrier.RemoveParticipants(-1));
    }

    [Fact]
    public async Task ParticipateAsync_BodyDies_BreaksTheBarrierWithItsError()
    {
        using AsyncBarrier barrier = new(2);
        Task<int> waits = barrier.SignalAndWaitAsync(Token).AsTask();

        await Assert.ThrowsAsync<FormatException>(() => barrier.ParticipateAsync(() => throw new FormatException()));

        BrokenBarrierException broken = await Assert.ThrowsAsync<BrokenBarrierException>(() => waits);
        Assert.IsType<FormatException>(broken.InnerException);
    }

    [Fact]
    public async Task ParticipateAsync_BodyEndsEarly_OthersGoOnWithoutIt()
    {
        using AsyncBarrier barrier = new(2);
        ValueTask<int> waits = barrier.SignalAndWaitAsync(Token);

        await barrier.ParticipateAsync(() => Task.CompletedTask);

        Assert.Equal(0, await waits);
        Assert.Equal(1, barrier.ParticipantCount);
    }

    [Fact]
    public async Task ParticipateAsync_BodyDiesOfTheBrokenBarrier_LeavesAMendedOneAlone()
    {
        using AsyncBarrier barrier = new(2);

        await Assert.ThrowsAsync<BrokenBarrierException>(() => barrier.ParticipateAsync(async () =>
        {
            Task<int> waits = barrier.SignalAndWaitAsync(Token).AsTask();
            barrier.Reset();
            await waits;
        }));

        Assert.False(barrier.IsBroken);
    }

    [Fact]
    public void Participate_BodyDies_BreaksTheBarrier()
    {
        using AsyncBarrier barrier = new(2);

        Assert.Throws<FormatException>(() => barrier.Participate(() => throw new FormatException()));

        Assert.True(barrier.IsBroken);
    }

    [Fact]
    public void SignalAndWait_BlockedThread_GoesOnWithoutThePool()
    {
        using AsyncBarrier barrier = new(2);
        BlockingThread thread = BlockingThread.StartAndBlock(() => barrier.SignalAndWait(Token));

        Assert.Equal(0, PoolWatch.CountPosts(() => barrier.SignalAndWait(Token)));

        Assert.Null(thread.Join());
    }

    [Fact]
    public async Task SignalAndWait_ThreadInterrupted_BreaksTheBarrier()
    {
        using AsyncBarrier barrier = new(3);
        Task<int> waits = barrier.SignalAndWaitAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => barrier.SignalAndWait(Token));

        thread.Interrupt();

        Assert.IsType<ThreadInterruptedException>(thread.Join());
        await Assert.ThrowsAsync<BrokenBarrierException>(() => waits);
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyGetObjectDisposedException()
    {
        AsyncBarrier barrier = new(3);
        Task<int> waits = barrier.SignalAndWaitAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => barrier.SignalAndWait(Token));

        barrier.Dispose();
        barrier.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waits);
        Assert.IsType<ObjectDisposedException>(thread.Join());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await barrier.SignalAndWaitAsync(Token));
        Assert.Throws<ObjectDisposedException>(barrier.Reset);
        barrier.Abort();
    }

    [Fact]
    public void SignalAndWaitAsync_TwoParticipants_AllocateNothing()
    {
        using AsyncBarrier barrier = new(2, static _ => { });

        Assert.Equal(0, Allocations.Of(() =>
        {
            ValueTask<int> first = barrier.SignalAndWaitAsync();
            barrier.SignalAndWaitAsync().Now();
            first.Now();
        }));
    }

    [Fact]
    [Trait("kind", "stress")]
    public async Task SignalAndWaitAsync_ManyPhases_NobodyIsAPhaseAhead()
    {
        const int Participants = 4;
        const int Phases = 1_000;
        int[] progress = new int[Participants];
        bool isInStep = true;
        using AsyncBarrier barrier = new(Participants, phase => isInStep &= progress.All(step => step == phase + 1));

        await Task.WhenAll(Enumerable.Range(0, Participants).Select(number => Task.Run(
            async () =>
            {
                for (int i = 0; i < Phases; i++)
                {
                    progress[number]++;
                    await barrier.SignalAndWaitAsync(Token);
                }
            },
            Token)));

        Assert.True(isInStep);
        Assert.Equal(Phases, barrier.PhaseNumber);
    }

    /// <summary>Asks on another thread, which would be stopped if the gate were held.</summary>
    private static AsyncBarrierStatistics? BlockingStatistics(AsyncBarrier barrier)
    {
        AsyncBarrierStatistics? statistics = null;
        Assert.Null(BlockingThread.Start(() => statistics = barrier.GetStatistics()).Join());
        return statistics;
    }
}
