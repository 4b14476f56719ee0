using Overlap.Actors;
using Overlap.Testing.Exploration;
using Overlap.Waiting;

namespace Overlap.Explored.Tests.Actors;

/// <summary>A mailbox with the least of an actor: a thread that is started when it is woken, takes what there is, and lets itself fall asleep.</summary>
internal sealed class TakingActor(ThreadExplorer explorer, MailboxOptions? options = null)
{
    private int _runners;

    public Mailbox<int> Mailbox { get; } = new(options ?? MailboxOptions.Unbounded);

    /// <summary>Whether only system messages are taken. A resume ends it.</summary>
    public bool IsHeld { get; set; }

    public List<int> Taken { get; } = [];

    public List<int> Evicted { get; } = [];

    public List<int> Refused { get; } = [];

    public int SystemMessages { get; private set; }

    public void Tell(int message)
    {
        if (Mailbox.TryPut(message, null, out bool wakes))
        {
            WakeIf(wakes);
            return;
        }

        MailboxAnswer answer = Mailbox.Put(message, mayWait: false, null, out _, out int evicted, out _);
        Settle(message, answer, evicted);
    }

    public void TellAndWait(int message, CancellationToken cancellationToken = default)
    {
        if (Mailbox.TryPut(message, null, out bool wakes))
        {
            WakeIf(wakes);
            return;
        }

        MailboxAnswer answer = Mailbox.Put(message, mayWait: true, null, out Waiter<int>? waiter, out int evicted, out _);
        if (waiter is not null)
        {
            explorer.Wait(waiter.WaitWithoutResultAsync(cancellationToken));
        }
        else
        {
            Settle(message, answer, evicted);
        }
    }

    public void Send(SystemMessageKind kind) => WakeIf(Mailbox.PutSystem(new SystemMessage(kind)));

    /// <summary>Refuses messages from now on, also those that wait for room.</summary>
    public void Close()
    {
        WaiterBatch refused = Mailbox.Close();
        while (refused.TryTake(out Waiter? waiter))
        {
            Refused.Add(((Waiter<int>)waiter).Brought);
            waiter.Fail(new InvalidOperationException("closed"));
        }
    }

    private void Settle(int message, MailboxAnswer answer, int evicted)
    {
        if (answer is MailboxAnswer.TakenForOldest or MailboxAnswer.TakenForOldestWake)
        {
            Evicted.Add(evicted);
        }
        else if (answer is MailboxAnswer.Full or MailboxAnswer.Closed)
        {
            Refused.Add(message);
        }

        WakeIf(answer is MailboxAnswer.TakenWake or MailboxAnswer.TakenForOldestWake);
    }

    private void WakeIf(bool wakes)
    {
        if (wakes)
        {
            explorer.Spawn("actor", Run);
        }
    }

    private void Run()
    {
        explorer.Assert(++_runners == 1, "the actor is run twice at once");
        while (true)
        {
            if (Mailbox.Reader.SystemCount != 0 && Mailbox.TryTakeSystem(out SystemMessage system))
            {
                SystemMessages++;
                IsHeld &= system.Kind != SystemMessageKind.Resume;
            }
            else if (!IsHeld && Mailbox.Reader.TryTake(out int message))
            {
                Taken.Add(message);
            }
            else
            {
                _runners--;
                if (Mailbox.TrySleep(isDozing: IsHeld))
                {
                    return;
                }

                _runners++;
            }
        }
    }
}
