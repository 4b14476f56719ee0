using System.Diagnostics;

namespace Overlap.Testing;

/// <summary>The turn of one step of a <see cref="Sequencer"/>.</summary>
[DebuggerDisplay("step {_description,nq}")]
public sealed class SequencerStep : IDisposable
{
    private readonly Sequencer _sequencer;
    private readonly string _description;
    private int _ended;

    internal SequencerStep(Sequencer sequencer, int number, string description)
    {
        _sequencer = sequencer;
        Number = number;
        _description = description;
    }

    /// <summary>The number of the step, from 0.</summary>
    public int Number { get; }

    /// <summary>Ends the step, once, however often it is disposed: the next one begins.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) == 0)
        {
            _sequencer.End(Number);
        }
    }
}
