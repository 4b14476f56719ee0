using Overlap.Cli.Jobs.Run.Starts;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class WaitingLineTests
{
    private readonly Lock _gate = new();
    private readonly WaitingLine _line;

    public WaitingLineTests() => _line = new WaitingLine(_gate);

    [Fact]
    public async Task AdmitFirst_SeveralWait_InTheOrderInWhichTheyCame()
    {
        Task first = Join();
        Task second = Join();

        Admit();
        await first;

        Assert.False(second.IsCompleted);
        Admit();
        await second;
        Assert.True(IsEmpty);
    }

    [Fact]
    public async Task WaitAsync_TheFirstGivesUp_TheNextIsTheFirst()
    {
        using CancellationTokenSource cancellation = new();
        Task first = Join(cancellation.Token);
        Task second = Join();

        await cancellation.CancelAsync();
        Admit();

        OperationCanceledException exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(cancellation.Token, exception.CancellationToken);
        await second;
        Assert.True(IsEmpty);
    }

    [Fact]
    public async Task WaitAsync_CancelledAfterItWasLetIn_IsIn()
    {
        using CancellationTokenSource cancellation = new();
        Task first = Join(cancellation.Token);

        Admit();
        await cancellation.CancelAsync();

        await first;
    }

    [Fact]
    public async Task WaitAsync_CancelledBefore_LeavesNobodyInTheLine()
    {
        Task waiting = Join(new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(IsEmpty);
    }

    private bool IsEmpty
    {
        get
        {
            using Lock.Scope held = _gate.EnterScope();
            return _line.IsEmptyLocked;
        }
    }

    private void Admit()
    {
        using Lock.Scope held = _gate.EnterScope();
        _line.AdmitFirstLocked();
    }

    private Task Join(CancellationToken cancellationToken = default)
    {
        LinkedListNode<TaskCompletionSource> waiter;
        using (_gate.EnterScope())
        {
            waiter = _line.JoinLocked();
        }

        return _line.WaitAsync(waiter, cancellationToken).AsTask();
    }
}
