using Overlap.Waiting;

namespace Overlap.Actors;

/// <content>Start, failure, restart and end. All of it is run by whoever runs the actor, so nothing here is guarded.</content>
internal abstract partial class ActorCell
{
    private bool _isEnding;
    private bool _isDraining;
    private Exception? _endedBy;
    private List<ActorRef>? _watched;
    private List<ActorRef>? _missedEnds;   // Of those watched, told while it was held; a watch outlives a restart.

    /// <summary>Whether it may handle messages.</summary>
    protected bool MayHandle { get; private set; }

    /// <summary>Whether it may handle messages, as others see it: perhaps a little late.</summary>
    public bool IsHandling => MayHandle;

    /// <summary>Whether it ends once its mailbox is empty.</summary>
    protected bool IsDraining => _isDraining && MayHandle && !_isEnding;

    public void Watch(ActorRef other)
    {
        _watched ??= [];
        if (!_watched.Contains(other))
        {
            _watched.Add(other);
            other.Cell.AddWatcher(this);
        }
    }

    public void Unwatch(ActorRef other)
    {
        if (_watched?.Remove(other) == true)
        {
            other.Cell.RemoveWatcher(this);
        }
    }

    protected abstract void Make();

    protected abstract ValueTask OnStartAsync();

    protected abstract ValueTask OnStopAsync(StopReason reason);

    protected abstract ValueTask OnSignalAsync(Signal signal);

    protected abstract ValueTask OnTimerAsync(object timer);

    /// <summary>Refuses messages from now on.</summary>
    protected abstract void Close();

    /// <summary>Forgets what belongs to one instance: timers, behaviours.</summary>
    protected abstract void Forget();

    /// <summary>Makes dead letters of the messages left.</summary>
    protected abstract void Bury();

    protected abstract void RecallTimers();

    protected abstract void CountRestart();

    /// <summary>Handles a system message. Does not throw.</summary>
    protected async ValueTask HandleAsync(SystemMessage message)
    {
        if (message.Kind == SystemMessageKind.Look)
        {
            Take((QuietLook)message.Subject!);
            return;
        }

        _systemHandled++;
        if (_isEnding)
        {
            return;
        }

        try
        {
            switch (message.Kind)
            {
                case SystemMessageKind.Start:
                    await StartAsync().ConfigureAwait(Interleaver.KeepsContext);
                    break;
                case SystemMessageKind.Drain when MayHandle:
                    _isDraining = true;
                    Close();
                    break;
                case SystemMessageKind.Drain or SystemMessageKind.Stop:
                    _endedBy = message.Error;
                    await EndAsync(SystemMessageKind.Stop).ConfigureAwait(Interleaver.KeepsContext);
                    break;
                case SystemMessageKind.ChildFailed:
                    Supervise((ActorCell)message.Subject!, message.Error!);
                    break;
                case SystemMessageKind.Restart:
                    await RestartAsync().ConfigureAwait(Interleaver.KeepsContext);
                    break;
                case SystemMessageKind.Resume:
                    GoOn();
                    break;
                case SystemMessageKind.Terminated when !MayHandle:
                    (_missedEnds ??= []).Add((ActorRef)message.Subject!);
                    break;
                case SystemMessageKind.Terminated when _watched?.Remove((ActorRef)message.Subject!) == true:
                    await OnSignalAsync(new Terminated((ActorRef)message.Subject!)).ConfigureAwait(Interleaver.KeepsContext);
                    break;
                case SystemMessageKind.Timer:
                    await OnTimerAsync(message.Subject!).ConfigureAwait(Interleaver.KeepsContext);
                    break;
            }
        }
        catch (Exception error)
        {
            Fail(error);
        }
    }

    /// <summary>Holds the messages back until the supervisor has decided.</summary>
    protected void Fail(Exception error)
    {
        MayHandle = false;
        if (Parent is null or { _isEnding: true })
        {
            // A7: a parent that ends waits for its children and decides nothing any more. One that begins to end after this was read tells us to.
            System.OnFailure(new ActorFailure(Path, error, SupervisionDirective.Stop, TimeSpan.Zero, IsExhausted: false));
            Send(new SystemMessage(SystemMessageKind.Stop, Error: error));
        }
        else
        {
            Parent.Send(new SystemMessage(SystemMessageKind.ChildFailed, this, error));
        }
    }

    /// <summary>Ends the actor, its children first. Does not throw.</summary>
    protected async ValueTask EndAsync(SystemMessageKind how)
    {
        bool isMade = MayHandle || HasInstance;
        _isEnding = true;
        MayHandle = false;
        Close();
        _gate.Enter();
        _takesChildren = false;
        _gate.Exit();
        _restart?.Dispose();
        await StopChildrenAsync(how).ConfigureAwait(Interleaver.KeepsContext);
        Forget();
        if (isMade)
        {
            await StopInstanceAsync(_endedBy is null ? StopReason.Stopped : StopReason.Failed).ConfigureAwait(Interleaver.KeepsContext);
        }

        Bury();
        if (_watched is not null)
        {
            foreach (ActorRef watched in _watched)
            {
                watched.Cell.RemoveWatcher(this);
            }
        }

        _gate.Enter();
        List<ActorCell>? watchers = _watchers;
        WaiterBatch waiting = default;
        waiting.AddAll(ref _waitingForEnd);
        _watchers = null;
        _isEnded = true;
        _gate.Exit();

        // A5: who watches hears of it before who waits, and both before the parent may end.
        if (watchers is not null)
        {
            foreach (ActorCell watcher in watchers)
            {
                watcher.Send(new SystemMessage(SystemMessageKind.Terminated, Reference));
            }
        }

        AnswerLooks();
        System.OnEnded(this);
        waiting.CompleteAll(true);
        Parent?.Release(this);
    }

    /// <summary>Whether there is an instance, perhaps one that failed.</summary>
    protected abstract bool HasInstance { get; }

    private async ValueTask StartAsync()
    {
        Make();
        await OnStartAsync().ConfigureAwait(Interleaver.KeepsContext);
        MayHandle = true;
        RecallEnds();
    }

    private void RecallEnds()
    {
        List<ActorRef>? missed = _missedEnds;
        _missedEnds = null;
        foreach (ActorRef ended in missed ?? [])
        {
            Send(new SystemMessage(SystemMessageKind.Terminated, ended));
        }
    }

    private async ValueTask RestartAsync()
    {
        MayHandle = false;
        await StopChildrenAsync(SystemMessageKind.Stop).ConfigureAwait(Interleaver.KeepsContext);
        Forget();
        if (HasInstance)
        {
            await StopInstanceAsync(StopReason.Restarted).ConfigureAwait(Interleaver.KeepsContext);
        }

        _escalated = null;
        CountRestart();
        System.OnRestarted();
        await StartAsync().ConfigureAwait(Interleaver.KeepsContext);
    }

    private void GoOn()
    {
        if (!HasInstance)
        {
            // There is nothing to go on with: the factory, or the start, failed.
            Parent!.Send(new SystemMessage(SystemMessageKind.ChildFailed, this, new InvalidOperationException($"{Path} never started; it cannot resume.")));
            return;
        }

        MayHandle = true;
        RecallTimers();
        RecallEnds();
        if (_escalated is not null)
        {
            // Only they: another child may be held for a restart that is to come later.
            foreach (ActorCell child in _escalated)
            {
                child.Send(new SystemMessage(SystemMessageKind.Resume));
            }

            _escalated = null;
        }
    }

    private async ValueTask StopInstanceAsync(StopReason reason)
    {
        try
        {
            await OnStopAsync(reason).ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (Exception error)
        {
            // The instance ends in any case; that it ended badly is told.
            System.OnFailure(new ActorFailure(Path, error, SupervisionDirective.Resume, TimeSpan.Zero, IsExhausted: false));
        }
    }
}
