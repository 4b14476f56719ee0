using System.Threading.RateLimiting;
using Overlap.Adaptation;
using Overlap.Testing;

namespace Overlap.Tests.Adaptation;

public sealed class AdaptiveLimiterTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public async Task EnterAsync_PermitsAreFree_TakesOneAtOnce()
    {
        await using AdaptiveLimiter limiter = Create(start: 2);
        using AdaptiveLease first = await limiter.EnterAsync();
        ValueTask<AdaptiveLease> second = limiter.EnterAsync();
        Assert.True(second.IsCompletedSuccessfully);
        Assert.True(first.IsAcquired);
        Assert.Equal(0, limiter.GetStatistics().CurrentAvailablePermits);
        (await second).Dispose();
    }

    [Fact]
    public async Task EnterAsync_NoneFree_FirstComeFirstServed()
    {
        await using AdaptiveLimiter limiter = Create(start: 1, most: 1);
        AdaptiveLease held = await limiter.EnterAsync();
        Task<AdaptiveLease> first = limiter.EnterAsync().AsTask();
        Task<AdaptiveLease> second = limiter.EnterAsync().AsTask();
        Assert.Equal(2, limiter.GetStatistics().CurrentQueuedCount);

        held.Dispose();
        (await first.WaitAsync(Guard)).Dispose();
        (await second.WaitAsync(Guard)).Dispose();
        Assert.Equal(3, limiter.GetStatistics().TotalSuccessfulLeases);
    }

    [Fact]
    public async Task Dispose_LeaseTwice_ReturnsOnce()
    {
        await using AdaptiveLimiter limiter = Create(start: 1, most: 1);
        AdaptiveLease lease = await limiter.EnterAsync();
        lease.Dispose();
        lease.Dispose();
        using AdaptiveLease again = await limiter.EnterAsync();
        Assert.False(limiter.AttemptAcquire().IsAcquired);
    }

    [Fact]
    public async Task EnterAsync_CancelledWhileWaiting_LeavesThePermitToTheNext()
    {
        await using AdaptiveLimiter limiter = Create(start: 1, most: 1);
        AdaptiveLease held = await limiter.EnterAsync();
        using CancellationTokenSource cancel = new();
        Task<AdaptiveLease> first = limiter.EnterAsync(cancel.Token).AsTask();
        Task<AdaptiveLease> second = limiter.EnterAsync().AsTask();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Guard));
        held.Dispose();
        (await second.WaitAsync(Guard)).Dispose();
    }

    [Fact]
    public async Task AcquireAsync_QueueFull_IsRefusedWithAReason()
    {
        await using AdaptiveLimiter limiter = new(new AdaptiveLimiterOptions { Adaptive = Options(1, 1), QueueLimit = 1 }, read: null);
        using AdaptiveLease held = await limiter.EnterAsync();
        Task<AdaptiveLease> waiting = limiter.EnterAsync().AsTask();
        using RateLimitLease refused = await limiter.AcquireAsync();
        Assert.False(refused.IsAcquired);
        Assert.True(refused.TryGetMetadata(MetadataName.ReasonPhrase, out string? reason));
        Assert.Equal("The queue is full.", reason);
        Assert.Equal(1, limiter.GetStatistics().TotalFailedLeases);
        held.Dispose();
        (await waiting.WaitAsync(Guard)).Dispose();
    }

    [Fact]
    public async Task AcquireAsync_MorePermitsThanThereAre_WaitsUntilNobodyElseHasAny()
    {
        await using AdaptiveLimiter limiter = Create(start: 2, most: 8);
        AdaptiveLease one = await limiter.EnterAsync();
        Task<RateLimitLease> three = limiter.AcquireAsync(3).AsTask();
        Assert.False(three.IsCompleted);
        one.Dispose();
        using RateLimitLease lease = await three.WaitAsync(Guard);
        Assert.True(lease.IsAcquired);
        Assert.Throws<ArgumentOutOfRangeException>(() => limiter.AttemptAcquire(9));
    }

    [Fact]
    public async Task ReportOverload_WithRetryAfter_GivesNothingBeforeThat()
    {
        await using AdaptiveLimiter limiter = Create(start: 4);
        AdaptiveLease lease = await limiter.EnterAsync();
        lease.ReportOverload(TimeSpan.FromSeconds(3));
        lease.Dispose();
        Assert.Equal(2, limiter.GetStatus().Limit);
        Assert.Equal("2: calls were refused", limiter.GetStatus().Reason);

        Task<AdaptiveLease> next = limiter.EnterAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        (await next.WaitAsync(Guard)).Dispose();
    }

    [Fact]
    public async Task ReportOverload_ByAllOfABurst_CountsOnce()
    {
        await using AdaptiveLimiter limiter = Create(start: 16);
        AdaptiveLease[] leases = [.. await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => limiter.EnterAsync().AsTask()))];
        foreach (AdaptiveLease lease in leases)
        {
            lease.ReportOverload();
            lease.ReportOverload();
            lease.Dispose();
        }

        Assert.Equal(8, limiter.GetStatus().Limit);
    }

    [Fact]
    public async Task ReportOverload_AfterTheReturn_DoesNothing()
    {
        await using AdaptiveLimiter limiter = Create(start: 4);
        AdaptiveLease lease = await limiter.EnterAsync();
        lease.Dispose();
        lease.ReportOverload();
        Assert.Equal(4, limiter.GetStatus().Limit);
    }

    [Fact]
    public async Task Return_WorkAlwaysWaitsForAPermit_Climbs()
    {
        await using AdaptiveLimiter limiter = Create(start: 2, most: 32);

        // Each round takes 10 ms, however many there are. Who has a permit is known before its task tells.
        Queue<Task<AdaptiveLease>> waiting = new(Enumerable.Range(0, 400).Select(_ => limiter.EnterAsync().AsTask()));
        int taken = 0;
        while (waiting.Count > 0)
        {
            List<AdaptiveLease> round = [];
            for (; taken < limiter.GetStatistics().TotalSuccessfulLeases; taken++)
            {
                round.Add(await waiting.Dequeue().WaitAsync(Guard));
            }

            _time.Advance(TimeSpan.FromMilliseconds(10));
            round.ForEach(static lease => lease.Dispose());
        }

        Assert.Equal(32, limiter.GetStatus().Limit);
    }

    [Fact]
    public async Task Dispose_WhileSomebodyWaits_TheyAreRefused()
    {
        AdaptiveLimiter limiter = Create(start: 1, most: 1);
        using AdaptiveLease held = await limiter.EnterAsync();
        Task<AdaptiveLease> waiting = limiter.EnterAsync().AsTask();
        limiter.Dispose();
        Assert.False((await waiting.WaitAsync(Guard)).IsAcquired);
        Assert.Throws<ObjectDisposedException>(() => limiter.AttemptAcquire());
    }

    [Fact]
    public async Task IdleDuration_NobodyHasAPermit_TellsSinceWhen()
    {
        await using AdaptiveLimiter limiter = Create(start: 1);
        AdaptiveLease lease = await limiter.EnterAsync();
        Assert.Null(limiter.IdleDuration);
        lease.Dispose();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), limiter.IdleDuration);
    }

    private AdaptiveLimiter Create(int start, int? most = null) => new(new AdaptiveLimiterOptions { Adaptive = Options(start, most) }, read: null);

    private AdaptiveOptions Options(int start, int? most) => new() { Start = start, Most = most, TimeProvider = _time };
}
