using System.Diagnostics;

namespace Overlap.Testing;

/// <summary>Forces the order in which concurrent parties of a test take their steps.</summary>
/// <remarks>
/// Order: step 0 begins first; each step begins when the one before it has ended, on whatever thread its party runs.
/// Race: if a step begins while its wait is cancelled, exactly one wins; a cancelled wait breaks the sequence, for its step can never come.
/// Memory: what a party wrote before its step ended is visible in every later step.
/// Cost: a few small objects a step.
/// </remarks>
/// <example>
/// <code>
/// var sequence = new Sequencer("reader waits", "writer cancels", "owner releases");
/// using (await sequence.WaitForStepAsync("writer cancels", cancellationToken)) { cancellation.Cancel(); }
/// </code>
/// </example>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class Sequencer
{
    private readonly Lock _gate = new();
    private readonly string[] _names;
    private readonly Dictionary<int, PatientWaiter<SequencerStep>> _waiters = [];   // Guarded by _gate.
    private readonly HashSet<int> _entered = [];                                    // Guarded by _gate.
    private int _current;                                                           // Guarded by _gate.
    private string? _brokenBecause;                                                 // Guarded by _gate.

    /// <summary>Makes a sequence whose steps have names, or only numbers.</summary>
    /// <param name="names">The names in the order of the steps; none: the steps are 0, 1, 2 … without end.</param>
    /// <exception cref="ArgumentException">Two steps have the same name.</exception>
    public Sequencer(params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names];
        if (_names.Distinct(StringComparer.Ordinal).Count() != _names.Length)
        {
            throw new ArgumentException("Two steps have the same name.", nameof(names));
        }
    }

    /// <summary>The real time after which a wait fails instead of hanging. Default: 30 s; infinite: only the token ends it.</summary>
    public TimeSpan Patience
    {
        get;
        init
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(Patience));
            }

            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    /// <summary>The step that runs or is to begin next.</summary>
    public int CurrentStep => Volatile.Read(ref _current);

    /// <summary>Whether the sequence was broken.</summary>
    public bool IsBroken => Volatile.Read(ref _brokenBecause) is not null;

    private string DebuggerText => IsBroken ? "broken" : $"step {Describe(CurrentStep)}";

    /// <summary>Waits for the turn of a step.</summary>
    /// <param name="step">The number of the step, from 0.</param>
    /// <param name="cancellationToken">Gives up the wait and breaks the sequence.</param>
    /// <returns>The step; disposing it lets the next one begin.</returns>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the message names the step that is missing.</exception>
    /// <exception cref="TimeoutException">The turn did not come within <see cref="Patience"/>; the message names the step.</exception>
    /// <exception cref="SequenceBrokenException">The sequence is broken.</exception>
    /// <exception cref="InvalidOperationException">The step was waited for before: every step is taken once.</exception>
    public async Task<SequencerStep> WaitForStepAsync(int step, CancellationToken cancellationToken = default)
    {
        PatientWaiter<SequencerStep> waiter = Enqueue(step, cancellationToken);
        try
        {
            return await waiter.WaitAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            Break(exception.Message);
            throw;
        }
    }

    /// <summary>Waits for the turn of a named step.</summary>
    /// <param name="name">The name of the step.</param>
    /// <param name="cancellationToken">Gives up the wait and breaks the sequence.</param>
    /// <exception cref="ArgumentException">No step has that name.</exception>
    /// <inheritdoc cref="WaitForStepAsync(int, CancellationToken)" path="/returns|/exception"/>
    public Task<SequencerStep> WaitForStepAsync(string name, CancellationToken cancellationToken = default) =>
        WaitForStepAsync(IndexOf(name), cancellationToken);

    /// <summary>Waits for the turn of a step, blocking the thread.</summary>
    /// <inheritdoc cref="WaitForStepAsync(int, CancellationToken)" path="/param|/returns|/exception"/>
    public SequencerStep WaitForStep(int step, CancellationToken cancellationToken = default)
    {
        PatientWaiter<SequencerStep> waiter = Enqueue(step, cancellationToken);
        try
        {
            return waiter.Wait();
        }
        catch (Exception exception) when (exception is OperationCanceledException or TimeoutException)
        {
            Break(exception.Message);
            throw;
        }
    }

    /// <summary>Waits for the turn of a named step, blocking the thread.</summary>
    /// <inheritdoc cref="WaitForStepAsync(string, CancellationToken)" path="/param|/returns|/exception"/>
    public SequencerStep WaitForStep(string name, CancellationToken cancellationToken = default) =>
        WaitForStep(IndexOf(name), cancellationToken);

    /// <summary>Breaks the sequence: every party that waits or comes later fails. The first reason is kept.</summary>
    /// <param name="reason">Why; it stands in the message of the others.</param>
    public void Break(string reason = "It was broken by the test.")
    {
        ArgumentNullException.ThrowIfNull(reason);
        lock (_gate)
        {
            if (_brokenBecause is not null)
            {
                return;
            }

            Volatile.Write(ref _brokenBecause, reason);
            foreach (PatientWaiter<SequencerStep> waiter in _waiters.Values)
            {
                // Continuations run elsewhere, so completing under the gate runs nobody's code.
                waiter.TrySetException(new SequenceBrokenException(reason));
            }

            _waiters.Clear();
        }
    }

    internal void End(int step)
    {
        lock (_gate)
        {
            Volatile.Write(ref _current, step + 1);
            if (_brokenBecause is null && _waiters.Remove(_current, out PatientWaiter<SequencerStep>? next))
            {
                // A wait that was cancelled first breaks the sequence on its own thread.
                next.TrySetResult(new SequencerStep(this, _current, Describe(_current)));
            }
        }
    }

    private PatientWaiter<SequencerStep> Enqueue(int step, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 0);
        if (_names.Length > 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(step, _names.Length);
        }

        var waiter = new PatientWaiter<SequencerStep>(() => Complaint(step), Patience, cancellationToken);
        lock (_gate)
        {
            if (_brokenBecause is not null)
            {
                throw new SequenceBrokenException(_brokenBecause);
            }

            if (!_entered.Add(step))
            {
                throw new InvalidOperationException($"Step {Describe(step)} was waited for before: every step is taken once.");
            }

            // A token that is already cancelled wins over a free turn: then the wait itself must end so.
            if (step == _current && !cancellationToken.IsCancellationRequested)
            {
                waiter.SetResult(new SequencerStep(this, step, Describe(step)));
            }
            else
            {
                _waiters.Add(step, waiter);
            }
        }

        return waiter;
    }

    private string Complaint(int step)
    {
        lock (_gate)
        {
            string why = _entered.Contains(_current) && _current != step
                ? $"step {Describe(_current)} has begun and not ended"
                : $"nobody came to step {Describe(_current)}";
            return _current == step
                ? $"The wait for step {Describe(step)} was given up."
                : $"Step {Describe(step)} did not begin: {why}.";
        }
    }

    private string Describe(int step) => step < _names.Length ? $"{step} '{_names[step]}'" : $"{step}";

    private int IndexOf(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        int step = Array.IndexOf(_names, name);
        return step >= 0 ? step : throw new ArgumentException($"No step is named '{name}'.", nameof(name));
    }
}
