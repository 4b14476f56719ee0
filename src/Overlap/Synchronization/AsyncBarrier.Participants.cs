using Overlap.Waiting;

namespace Overlap.Synchronization;

// Who takes part: participants that come, leave, and die.
public sealed partial class AsyncBarrier
{
    /// <summary>Makes the barrier wait for more participants.</summary>
    /// <param name="count">How many more, at least 1.</param>
    /// <returns>The number of the first phase that waits for them.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">There would be more than <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">The barrier was disposed.</exception>
    public long AddParticipants(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        EnterGate();
        bool fits = count <= int.MaxValue - _participants;
        if (fits)
        {
            _participants += count;
        }

        long first = _state == State.Acting ? _phase + 1 : _phase;
        _gate.Exit();
        return fits ? first : throw new InvalidOperationException($"{count} participants more cannot be counted.");
    }

    /// <summary>Makes the barrier wait for fewer participants; the phase ends when all others have arrived.</summary>
    /// <param name="count">How many fewer, at least 1.</param>
    /// <remarks>If the others have arrived, the caller ends the phase and runs the phase action.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">There are not so many that have not arrived.</exception>
    /// <exception cref="BrokenBarrierException">The caller ended the phase, and the phase action failed.</exception>
    /// <exception cref="ObjectDisposedException">The barrier was disposed.</exception>
    public void RemoveParticipants(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        EnterGate();
        Ending ending;
        try
        {
            if (count > _participants - _arrived)
            {
                throw new InvalidOperationException($"{_participants - _arrived} participants have not arrived; {count} cannot leave.");
            }

            _participants -= count;
            if (_state != State.Filling || _arrived == 0 || _arrived < _participants)
            {
                return;
            }

            ending = BeginEndingLocked();
        }
        finally
        {
            _gate.Exit();
        }

        End(ref ending);
    }

    /// <summary>Runs what one participant does, so that the others never wait for it in vain.</summary>
    /// <param name="body">What it does; it arrives at the barrier as often as it wants.</param>
    /// <remarks>
    /// A body that fails or is cancelled breaks the barrier, with its exception as the cause. One that ends well leaves: the barrier waits for one
    /// participant fewer from then on.
    /// </remarks>
    /// <returns>The end of the body; what it throws comes out.</returns>
    public async Task ParticipateAsync(Func<Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            await body().ConfigureAwait(Interleaver.KeepsContext);
        }
        catch (Exception error)
        {
            AbortAsDead(error);
            throw;
        }

        Leave();
    }

    /// <summary>Runs what one participant does on the calling thread, so that the others never wait for it in vain.</summary>
    /// <inheritdoc cref="ParticipateAsync" path="/param|/remarks"/>
    public void Participate(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            body();
        }
        catch (Exception error)
        {
            AbortAsDead(error);
            throw;
        }

        Leave();
    }

    // One that dies of the broken barrier did not break it; if it was reset meanwhile, it must not break it again.
    private void AbortAsDead(Exception error)
    {
        if (error is not BrokenBarrierException)
        {
            Break("a participant died", error, alsoWhileActing: true);
        }
    }

    private void Leave()
    {
        try
        {
            RemoveParticipants();
        }
        catch (ObjectDisposedException)
        {
            // Nobody waits there any more.
        }
    }
}
