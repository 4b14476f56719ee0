using System.Buffers;
using System.Text;
using Overlap.Processes.Native;
using Overlap.Processes.Workers;

namespace Overlap.Processes.Hosting;

/// <summary>Writes lines to a descriptor, each at once with the mark of the call that wrote it.</summary>
/// <remarks>Calls that write parts of lines at the same time do not mix: each has its own unfinished line.</remarks>
internal sealed class CallWriter(int descriptor) : TextWriter
{
    // In UTF-8 at most three times as many bytes: below what the other side cuts.
    private const int LongestLine = 20_000;

    private readonly Lock _gate = new();

    // Guarded by _gate: the unfinished lines by call.
    private readonly Dictionary<long, StringBuilder> _unfinished = [];

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write([value]);

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(string? value) => Write(value.AsSpan());

    public override void WriteLine(string? value) => Write(value.AsSpan(), endsLine: true);

    public override void Write(ReadOnlySpan<char> buffer) => Write(buffer, endsLine: false);

    /// <summary>Sends what a call wrote without a line end.</summary>
    public void EndCall(long call)
    {
        // After every call, most of which print nothing: without the gate. What another thread is just writing comes with its own line end.
        if (_unfinished.Count == 0)
        {
            return;
        }

        _gate.Enter();
        try
        {
            if (_unfinished.Remove(call, out StringBuilder? line) && line.Length > 0)
            {
                SendLocked(call, line.ToString());
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Sends all that has no line end, unless a write is stuck: the process is about to end.</summary>
    public void FlushAll()
    {
        if (!_gate.TryEnter())
        {
            return;
        }

        try
        {
            foreach ((long call, StringBuilder line) in _unfinished.Where(static pair => pair.Value.Length > 0))
            {
                SendLocked(call, line.ToString());
            }

            _unfinished.Clear();
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Write(ReadOnlySpan<char> text, bool endsLine)
    {
        long call = WorkerConsole.RunningCall();
        _gate.Enter();
        try
        {
            while (text.IndexOf('\n') is int end and >= 0)
            {
                AddLocked(call, text[..end], endsLine: true);
                text = text[(end + 1)..];
            }

            if (text.Length > 0 || endsLine)
            {
                AddLocked(call, text, endsLine);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void AddLocked(long call, ReadOnlySpan<char> text, bool endsLine)
    {
        if (!_unfinished.TryGetValue(call, out StringBuilder? line))
        {
            if (endsLine && text.Length <= LongestLine)
            {
                SendLocked(call, text);
                return;
            }

            _unfinished.Add(call, line = new());
        }

        while (line.Length + text.Length > LongestLine)
        {
            // Not between the two halves of a character.
            int room = LongestLine - line.Length;
            room -= room > 0 && char.IsHighSurrogate(text[room - 1]) ? 1 : 0;
            SendLocked(call, line.Append(text[..room]).ToString());
            _ = line.Clear();
            text = text[room..];
        }

        _ = line.Append(text);
        if (endsLine)
        {
            _ = _unfinished.Remove(call);
            SendLocked(call, line.ToString());
        }
    }

    private void SendLocked(long call, ReadOnlySpan<char> line)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(OutputMarker.MaxLength + Encoding.UTF8.GetMaxByteCount(line.Length) + 1);
        int length = OutputMarker.Write(bytes, call);
        length += Encoding.UTF8.GetBytes(line, bytes.AsSpan(length));
        bytes[length++] = (byte)'\n';
        // A pipe that nobody reads any more is no error of the one who writes.
        _ = DescriptorCalls.WriteAll(descriptor, bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
