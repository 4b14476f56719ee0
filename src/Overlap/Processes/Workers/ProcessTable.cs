using System.Globalization;
using System.Runtime.InteropServices;
using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>Reads what the kernel tells about all processes.</summary>
internal static class ProcessTable
{
    /// <summary>The numbers of all processes this one may see.</summary>
    /// <exception cref="IOException">This program has no descriptor left to look with.</exception>
    public static IEnumerable<int> All()
    {
        // Where the kernel shows no processes there is nothing to find.
        foreach (string folder in Directory.Exists("/proc/self") ? Directory.EnumerateDirectories("/proc") : [])
        {
            if (int.TryParse(folder.AsSpan("/proc/".Length), NumberStyles.None, CultureInfo.InvariantCulture, out int processId))
            {
                yield return processId;
            }
        }
    }

    /// <summary>Tells whether the environment a process was started with has one of the cookies. Another user's cannot be read and has none.</summary>
    /// <exception cref="IOException">This program has no descriptor left to look with.</exception>
    public static bool HasCookie(int processId, IReadOnlyList<WorkerCookie> cookies, ref byte[] buffer)
    {
        int length = ReadAll($"/proc/{processId}/environ", ref buffer);
        for (int i = 0; i < cookies.Count; i++)
        {
            if (cookies[i].IsIn(buffer.AsSpan(0, length)))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads the parent of a process.</summary>
    /// <returns>0 when the process is gone or a zombie.</returns>
    public static int ParentOf(int processId, ref byte[] buffer)
    {
        // "number (name) state parent …"; the name may have anything in it, so count from its last bracket.
        ReadOnlySpan<byte> text = buffer.AsSpan(0, ReadAll($"/proc/{processId}/stat", ref buffer));
        text = text[(text.LastIndexOf((byte)')') + 1)..].TrimStart((byte)' ');
        if (text.Length < 3 || text[0] is (byte)'Z' or (byte)'X')
        {
            return 0;
        }

        text = text[2..];
        int end = text.IndexOf((byte)' ');
        return end > 0 && int.TryParse(text[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int parent) ? parent : 0;
    }

    private static int ReadAll(string path, ref byte[] buffer)
    {
        int file = DescriptorCalls.TryOpen(path, write: false);
        if (file < 0)
        {
            return Marshal.GetLastPInvokeError() is SystemError.TooManyOpenFiles or SystemError.TooManyOpenFilesInSystem
                ? throw new IOException($"No descriptor is left to read {path}.")
                : 0;
        }

        int length = 0;
        while (DescriptorCalls.Read(file, buffer.AsSpan(length)) is int count and > 0)
        {
            length += count;
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        _ = DescriptorCalls.Close(file);
        return length;
    }
}
