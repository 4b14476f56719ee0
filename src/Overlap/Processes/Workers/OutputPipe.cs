using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>The program's end of a worker's output stream.</summary>
/// <remarks>Owned by the supervising thread. Nothing here waits: a grandchild may hold the other end open for ever.</remarks>
internal sealed class OutputPipe(SafeFileHandle reader, Action<string, long?> onLine)
{
    // What may come after the end of the worker: its full pipe, and what a grandchild adds in the meantime.
    private const int MostAfterEnd = 256 << 10;

    private readonly LineSplitter _splitter = new(onLine);

    /// <summary>What to poll; −1 when nothing more can come.</summary>
    public int Descriptor => reader.IsClosed ? -1 : (int)reader.DangerousGetHandle();

    /// <summary>Reads once.</summary>
    /// <returns>How many bytes came.</returns>
    public int ReadOnce(Span<byte> buffer)
    {
        if (reader.IsClosed)
        {
            return 0;
        }

        int count = DescriptorCalls.Read(Descriptor, buffer);
        if (count > 0)
        {
            _splitter.Add(buffer[..count]);
            return count;
        }

        if (count == 0)
        {
            Close();
        }

        return 0;
    }

    /// <summary>Reads what is there, up to a bound, and closes.</summary>
    public void Drain(Span<byte> buffer)
    {
        for (int left = MostAfterEnd; left > 0;)
        {
            int count = ReadOnce(buffer);
            if (count == 0)
            {
                break;
            }

            left -= count;
        }

        Close();
    }

    private void Close()
    {
        if (!reader.IsClosed)
        {
            _splitter.End();
            reader.Dispose();
        }
    }
}
