namespace Overlap.Cli.Jobs.Run.Children;

// What is sent to all children at once, and the starts that it must not cut in two.
internal sealed partial class ChildWatcher
{
    // A start takes a millisecond, unless the program lies on a disk that does not answer.
    private static readonly TimeSpan PatienceWithStarts = TimeSpan.FromSeconds(1);

    // Shared by starts; what is sent to all has it alone. Never disposed of: a signal may come late, and the collector takes it whole.
    private readonly ReaderWriterLockSlim _starts = new();

    /// <summary>Starts a child, which whatever is sent to all reaches from now on.</summary>
    /// <param name="spawner">Starts it.</param>
    /// <inheritdoc cref="IChildSpawner.TrySpawn"/>
    public Child? TryStart(
        IChildSpawner spawner, byte[] program, WordBlock words, long sequence, OutputRouting routing, IChildOutput? output, out int error)
    {
        _starts.EnterReadLock();
        try
        {
            Child? child = spawner.TrySpawn(program, words, sequence, routing, output, out error);
            if (child is not null)
            {
                Add(child);
            }

            return child;
        }
        finally
        {
            _starts.ExitReadLock();
        }
    }

    /// <summary>Sends a signal to every child's group. Waits for starts that have begun, a second at most, and for nothing else.</summary>
    public void SignalAll(int signal) => BetweenStarts(() => SignalEach(signal));

    /// <summary>Stops every child's group until <see cref="Continue"/>, and then this program: nothing starts in between.</summary>
    /// <remarks>Waits for starts that have begun, a second at most: one that hangs for longer is not stopped with the others.</remarks>
    /// <param name="stopSelf">Stops this program; returns when it was continued.</param>
    public void Pause(Action stopSelf) => BetweenStarts(() =>
    {
        _gate.Enter();
        _pausedAt = _timeProvider.GetTimestamp();
        _gate.Exit();
        SignalEach(ChildCalls.SignalStop);
        stopSelf();
    });

    /// <summary>Continues every child's group. The time since <see cref="Pause"/> counts against no limit.</summary>
    public void Continue()
    {
        _gate.Enter();
        long pausedAt = _pausedAt;
        _pausedAt = 0;
        _gate.Exit();
        long since = pausedAt == 0 ? 0 : _timeProvider.GetTimestamp() - pausedAt;
        foreach (Child child in Children())
        {
            child.Forgive(since);
            _ = child.SignalGroup(ChildCalls.SignalContinue);
        }
    }

    private void BetweenStarts(Action act)
    {
        bool isAlone = _starts.TryEnterWriteLock(PatienceWithStarts);
        try
        {
            act();
        }
        finally
        {
            if (isAlone)
            {
                _starts.ExitWriteLock();
            }
        }
    }

    private void SignalEach(int signal)
    {
        foreach (Child child in Children())
        {
            _ = child.SignalGroup(signal);
        }
    }
}
