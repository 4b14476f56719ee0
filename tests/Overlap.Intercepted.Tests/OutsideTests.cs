namespace Overlap.Intercepted.Tests;

/// <summary>Where nothing is explored, an intercepted call does what it says.</summary>
public sealed class OutsideTests
{
    [Fact]
    public async Task TaskRun_NotExplored_RunsOnThePool() => Assert.True(await Task.Run(static () => Thread.CurrentThread.IsThreadPoolThread));

    [Fact]
    public async Task SemaphoreSlim_NotExplored_QueuesInItself()
    {
        using SemaphoreSlim gate = new(1);
        await gate.WaitAsync(CancellationToken.None);
        Task next = gate.WaitAsync(TimeSpan.FromMinutes(1));
        Assert.False(next.IsCompleted);
        gate.Release();
        await next;
        Assert.False(gate.Wait(0));
    }

    [Fact]
    public void Monitor_NotExplored_IsEntered()
    {
        object gate = new();
        Monitor.Enter(gate);
        Assert.True(Monitor.IsEntered(gate));
        Monitor.Exit(gate);
        Assert.False(Monitor.IsEntered(gate));
    }

    [Fact]
    public void CancelAfter_NotExplored_CancelsAtOnceWhenThereIsNoTime()
    {
        using CancellationTokenSource source = new();
        source.CancelAfter(TimeSpan.Zero);
        Assert.True(source.Token.WaitHandle.WaitOne(TimeSpan.FromMinutes(1)));
    }
}
