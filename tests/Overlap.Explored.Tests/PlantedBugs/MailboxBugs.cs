using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>A mailbox: a list that producers append to, and a consumer that is started when there is something in it.</summary>
internal static class MailboxBugs
{
    /// <summary>
    /// The consumer that is about to stop looks whether its last message has a next one. The producer may have appended it and found the consumer
    /// still at work while that very link waits in its store buffer. The tail is changed by an interlocked operation, and is never late.
    /// </summary>
    public static void LooksAtNext(ThreadExplorer x, bool isPlanted)
    {
        Mailbox mailbox = new(x, isPlanted);
        x.Spawn("producer", () =>
        {
            mailbox.Post();
            mailbox.Post();
        });
        x.AtEnd(() => x.Assert(mailbox.Handled == 2, "a message was never handled"));
    }

    private sealed class Message
    {
        public Message? Next;
    }

    private sealed class Mailbox
    {
        private readonly ThreadExplorer _explorer;
        private readonly bool _looksAtNext;
        private Message _tail = new();
        private Message _head;
        private int _isAtWork;

        public Mailbox(ThreadExplorer explorer, bool looksAtNext)
        {
            (_explorer, _looksAtNext) = (explorer, looksAtNext);
            _head = _tail;
        }

        public int Handled { get; private set; }

        public void Post()
        {
            Message message = new();
            Message previous = Interlocked.Exchange(ref _tail, message);
            Volatile.Write(ref previous.Next, message);
            if (Volatile.Read(ref _isAtWork) == 0 && Interlocked.CompareExchange(ref _isAtWork, 1, 0) == 0)
            {
                _explorer.Spawn("consumer", Work);
            }
        }

        private void Work()
        {
            SpinWait spin = default;
            while (true)
            {
                while (Volatile.Read(ref _head.Next) is { } next)
                {
                    _head = next;
                    Handled++;
                }

                if (!_looksAtNext && Volatile.Read(ref _tail) != _head)
                {
                    // The link to it is on its way.
                    spin.SpinOnce();
                    continue;
                }

                Interlocked.Exchange(ref _isAtWork, 0);
                if (!IsMore() || Interlocked.CompareExchange(ref _isAtWork, 1, 0) != 0)
                {
                    return;
                }
            }
        }

        private bool IsMore() => _looksAtNext ? Volatile.Read(ref _head.Next) is not null : Volatile.Read(ref _tail) != _head;
    }
}
