using System.Collections.Concurrent;
using System.Text;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>Prints what items write: by default all of one item together, so that outputs never mix.</summary>
/// <remarks>
/// Kept output is printed by the loop that receives the ends, in whatever order it keeps; live output by the thread that watches the children.
/// Until it is connected to the program's outputs it drops everything: in a comparison nobody reads.
/// </remarks>
internal sealed class OutputPrinter(OutputMode mode, bool tagged) : IItemListener
{
    // So much output of items that have ended, or run, is kept in memory.
    private const long MostInMemory = 32 << 20;

    private readonly OutputBudget _budget = new(MostInMemory);
    private readonly ConcurrentDictionary<long, (KeptOutput Output, byte[] Tag)> _kept = new();

    private OutputPipe? _output;
    private Terminal? _terminal;
    private RunControl? _control;
    private bool _dataIsOurs;
    private volatile RunException? _failure;

    /// <summary>How children must be started.</summary>
    public OutputRouting Routing => (_terminal, mode) switch
    {
        (null, _) => OutputRouting.Discarded,
        (_, OutputMode.Direct) => OutputRouting.Direct,
        _ => OutputRouting.Piped,
    };

    /// <summary>Connects it to the program's outputs.</summary>
    /// <param name="output">Standard output.</param>
    /// <param name="terminal">Standard error.</param>
    /// <param name="control">Stops the run when nobody reads any more.</param>
    /// <param name="dataIsOurs">Whether standard output is for data of this program: then what items write goes to standard error.</param>
    public void Connect(OutputPipe output, Terminal terminal, RunControl control, bool dataIsOurs) =>
        (_output, _terminal, _control, _dataIsOurs) = (output, terminal, control, dataIsOurs);

    /// <summary>Makes what takes the output of an attempt at an item; <see langword="null"/> when nothing does.</summary>
    public IChildOutput? Open(RunItem item)
    {
        if (Routing != OutputRouting.Piped)
        {
            return null;
        }

        byte[] tag = tagged ? Encoding.UTF8.GetBytes($"{item.Label}\t") : [];
        if (mode == OutputMode.Lines)
        {
            return new LiveOutput(this, tag);
        }

        // A further attempt takes the place of the one before.
        Drop(item.Sequence);
        KeptOutput kept = new(_budget);
        _kept[item.Sequence] = (kept, tag);
        return kept;
    }

    /// <summary>The bytes kept of an item.</summary>
    public long BytesOf(long sequence) =>
        _kept.TryGetValue(sequence, out (KeptOutput Output, byte[] Tag) kept) ? kept.Output.Output.Length + kept.Output.Error.Length : 0;

    /// <summary>Forgets the output of an item that nobody is told of.</summary>
    public void Drop(long sequence)
    {
        if (_kept.TryRemove(sequence, out (KeptOutput Output, byte[] Tag) kept))
        {
            kept.Output.Dispose();
        }
    }

    /// <summary>Throws what has ended the run, if printing did.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
        {
            throw new RunException(failure.ExitCode, failure.Message, failure);
        }
    }

    /// <summary>Prints lines of an item that runs. Never throws.</summary>
    public void PrintLive(bool isError, ReadOnlySpan<byte> lines)
    {
        if (lines.IsEmpty || _failure is not null)
        {
            return;
        }

        try
        {
            Print(isError, lines);
        }
        catch (RunException exception)
        {
            _failure = exception;
            _control!.Stop(StopReason.Broken);
        }
    }

    public void OnEnded(in ItemEnd end)
    {
        ThrowIfFailed();
        if (!_kept.TryRemove(end.Sequence, out (KeptOutput Output, byte[] Tag) kept))
        {
            return;
        }

        using (kept.Output)
        {
            Print(isError: false, kept.Output.Output, kept.Tag);
            Print(isError: true, kept.Output.Error, kept.Tag);
        }
    }

    private void Print(bool isError, KeptStream stream, byte[] tag)
    {
        if (!tagged)
        {
            stream.Read(bytes => Print(isError, bytes));
            return;
        }

        LineMarker marker = new(tag);
        stream.Read(bytes => Print(isError, marker.Add(bytes)));
        Print(isError, marker.End());
    }

    private void Print(bool isError, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }

        if (isError || _dataIsOurs)
        {
            _terminal!.Messages.WriteBytes(bytes);
            return;
        }

        bool sharesLine = _terminal!.OutputIsTerminal && _terminal.CanRedraw;
        if (sharesLine)
        {
            _terminal.Messages.BeginOutput();
        }

        try
        {
            _output!.Write(bytes);
        }
        finally
        {
            if (sharesLine)
            {
                _terminal.Messages.EndOutput(endsLine: bytes[^1] == (byte)'\n');
            }
        }

        if (_control!.Reason == StopReason.OutputClosed)
        {
            // Whoever wanted the output has gone: what runs has nobody to run for.
            _control.Stop(StopReason.OutputClosed);
        }
    }
}
