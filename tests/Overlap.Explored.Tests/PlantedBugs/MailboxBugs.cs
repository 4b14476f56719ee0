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

    /// <summary>
    /// The actor looks whether anything is left, and only then enters the gate to fall asleep. What comes in between finds it at work, and is slept over.
    /// </summary>
    public static void SleepsOnAnEarlierLook(ThreadExplorer x, bool isPlanted)
    {
        GatedMailbox mailbox = new(x) { LooksOutsideTheGate = isPlanted };
        x.Spawn("teller", () =>
        {
            mailbox.Put();
            mailbox.Put();
        });
        x.AtEnd(() => x.Assert(mailbox.Handled == 2, "a message was never handled"));
    }

    /// <summary>Who resumes an actor notes that it may go on and does not look whether it sleeps: the messages that came before sleep on.</summary>
    public static void ResumesWithoutWaking(ThreadExplorer x, bool isPlanted)
    {
        GatedMailbox mailbox = new(x) { IsHeld = true };
        x.Spawn("teller", mailbox.Put);
        x.Spawn("supervisor", () => mailbox.Resume(wakes: !isPlanted));
        x.AtEnd(() => x.Assert(mailbox.Handled == 1, "a message was never handled"));
    }

    /// <summary>A mailbox that drops its oldest, whose actor takes without the gate: what it takes may be dropped under its hands, and counts twice.</summary>
    public static void DropsWhatIsTaken(ThreadExplorer x, bool isPlanted)
    {
        DroppingMailbox mailbox = new(takesOutsideTheGate: isPlanted);
        mailbox.Put(1);
        x.Spawn("teller", () => mailbox.Put(2));
        x.Spawn("actor", () =>
        {
            mailbox.Take();
            mailbox.Take();
        });
        x.AtEnd(() => x.Assert(mailbox.Taken + mailbox.Dropped + mailbox.Count == 2, "a message counts twice, or not at all"));
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

    // The protocol of the library's mailbox, with places to go wrong.
    private sealed class GatedMailbox(ThreadExplorer explorer)
    {
        private readonly Lock _gate = new();
        private int _written;
        private bool _isAwake;

        public bool LooksOutsideTheGate { get; init; }

        public bool IsHeld { get; set; }

        public int Handled { get; private set; }

        public void Put()
        {
            _gate.Enter();
            Volatile.Write(ref _written, _written + 1);
            bool wakes = !_isAwake && !IsHeld;
            _isAwake |= wakes;
            _gate.Exit();
            StartIf(wakes);
        }

        public void Resume(bool wakes)
        {
            _gate.Enter();
            IsHeld = false;
            wakes &= !_isAwake && _written > Handled;
            _isAwake |= wakes;
            _gate.Exit();
            StartIf(wakes);
        }

        private void StartIf(bool wakes)
        {
            if (wakes)
            {
                explorer.Spawn("actor", Work);
            }
        }

        private void Work()
        {
            while (true)
            {
                while (Volatile.Read(ref _written) > Handled)
                {
                    Handled++;
                }

                _gate.Enter();
                bool sleeps = LooksOutsideTheGate || _written == Handled;
                _isAwake = !sleeps;
                _gate.Exit();
                if (sleeps)
                {
                    return;
                }
            }
        }
    }

    private sealed class DroppingMailbox(bool takesOutsideTheGate)
    {
        private readonly Lock _gate = new();
        private int _oldest;    // 0: empty.

        public int Taken { get; private set; }

        public int Dropped { get; private set; }

        public int Count => _oldest == 0 ? 0 : 1;

        public void Put(int message)
        {
            _gate.Enter();
            Dropped += Volatile.Read(ref _oldest) == 0 ? 0 : 1;
            Volatile.Write(ref _oldest, message);
            _gate.Exit();
        }

        public void Take()
        {
            if (!takesOutsideTheGate)
            {
                _gate.Enter();
            }

            if (Volatile.Read(ref _oldest) != 0)
            {
                Volatile.Write(ref _oldest, 0);
                Taken++;
            }

            if (!takesOutsideTheGate)
            {
                _gate.Exit();
            }
        }
    }
}
