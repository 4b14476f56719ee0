using Overlap.Cli.Jobs.Fetch;
using Overlap.Cli.Tests.Commands;
using Overlap.Testing;

namespace Overlap.Cli.Tests.Jobs.Fetch;

public sealed class HostGateTests
{
    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public void TryEnter_UpToTheLimit_ThenNot()
    {
        HostGate gate = new(2, 0, _time);

        Assert.True(gate.TryEnter());
        Assert.True(gate.TryEnter());
        Assert.False(gate.TryEnter());
        gate.Exit();
        Assert.True(gate.TryEnter());
    }

    [Fact]
    public async Task EnterAsync_ManyWaiters_AreLetInFirstComeFirstServed()
    {
        HostGate gate = new(1, 0, _time);
        Assert.True(gate.TryEnter());
        Task[] waiters = [.. Enumerable.Range(0, 5).Select(_ => gate.EnterAsync(blocking: false, default).AsTask())];

        foreach (Task waiter in waiters)
        {
            Assert.False(waiter.IsCompleted);
            gate.Exit();
            await waiter;
        }
    }

    [Fact]
    public async Task EnterAsync_CancelledWhileQueued_LeavesItsPlaceToTheNext()
    {
        HostGate gate = new(1, 0, _time);
        Assert.True(gate.TryEnter());
        using CancellationTokenSource giving = new();
        Task first = gate.EnterAsync(blocking: false, giving.Token).AsTask();
        Task second = gate.EnterAsync(blocking: false, default).AsTask();
        await giving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        gate.Exit();

        await second;
    }

    [Fact]
    public async Task EnterAsync_Rate_SpacesTheStarts()
    {
        HostGate gate = new(100, 20, _time);
        Assert.True(gate.TryEnter());
        Task[] waiters = [.. Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(blocking: false, default).AsTask())];

        for (int i = 0; i < waiters.Length; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(49));
            Assert.False(waiters[i].IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await waiters[i];
        }
    }

    [Fact]
    public async Task Pause_EveryoneWaits_WhoeverCameFirst()
    {
        HostGate gate = new(2, 0, _time);
        gate.Pause(TimeSpan.FromSeconds(60));
        gate.Pause(TimeSpan.FromSeconds(5));
        Task[] waiters = [.. Enumerable.Range(0, 2).Select(_ => gate.EnterAsync(blocking: false, default).AsTask())];

        _time.Advance(TimeSpan.FromSeconds(59.9));
        Assert.All(waiters, waiter => Assert.False(waiter.IsCompleted));
        _time.Advance(TimeSpan.FromSeconds(0.1));

        await Task.WhenAll(waiters);
    }

    [Fact]
    public void EnterAsync_BlockingWaiter_IsWokenByARelease()
    {
        HostGate gate = new(1, 0, _time);
        Assert.True(gate.TryEnter());
        using ManualResetEventSlim entered = new();
        Thread blocked = new(() =>
        {
            ValueTask place = gate.EnterAsync(blocking: true, default);
            Assert.True(place.IsCompleted);
            entered.Set();
        });
        blocked.Start();

        gate.Exit();

        Assert.True(entered.Wait(Patience.Usual));
        blocked.Join();
    }

    [Fact]
    public void NoteAnswer_TooMany_HalvesAndComesBackSlowly()
    {
        HostGate gate = new(8, 0, _time);
        gate.NoteAnswer(tooMany: true);
        Assert.Equal(4, gate.CurrentLimit);
        gate.NoteAnswer(tooMany: true);
        gate.NoteAnswer(tooMany: true);
        gate.NoteAnswer(tooMany: true);
        Assert.Equal(1, gate.CurrentLimit);

        for (int i = 0; i < 20 * 7; i++)
        {
            gate.NoteAnswer(tooMany: false);
        }

        Assert.Equal(8, gate.CurrentLimit);
    }

    [Fact]
    public void NoteAnswer_WholeBurstIsRefused_HalvesOnce()
    {
        HostGate gate = new(8, 0, _time);
        for (int i = 0; i < 8; i++)
        {
            gate.TryEnter();
        }

        for (int i = 0; i < 8; i++)
        {
            gate.NoteAnswer(tooMany: true);
            gate.Exit();
        }

        Assert.Equal(4, gate.CurrentLimit);
    }

    [Fact]
    public void Rent_TenThousandHosts_KeepsOnlyThoseInUse()
    {
        HostGates gates = new(6, 0, _time);
        HostGate held = gates.Rent("held");
        for (int i = 0; i < 10_000; i++)
        {
            gates.Rent($"host{i}").TryEnter();
            gates.Rent($"host{i}").Exit();
            gates.Return($"host{i}");
            gates.Return($"host{i}");
        }

        Assert.InRange(gates.Count, 1, 600);
        Assert.Same(held, gates.Rent("held"));
    }

    [Fact]
    public void Rent_HostThatAskedToWait_IsNotForgotten()
    {
        HostGates gates = new(6, 0, _time);
        gates.Rent("paused").Pause(TimeSpan.FromSeconds(100));
        gates.Return("paused");
        for (int i = 0; i < 10_000; i++)
        {
            gates.Rent($"host{i}");
            gates.Return($"host{i}");
        }

        Assert.False(gates.Rent("paused").TryEnter());
    }
}
