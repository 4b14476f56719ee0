using System.Globalization;
using System.Runtime.InteropServices;
using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>Reads what the kernel tells about all processes.</summary>
internal static class ProcessTable
{
    private const int MostLooks = 2_000;
    private const int Pause = 1;   // Unit: milliseconds.

    // Fields of a process' stat, counted from its state on.
    private const int Parent = 1;
    private const int MemorySize = 20;
    private const int EnvironmentStart = 47;
    private const int EnvironmentEnd = 48;

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

    /// <summary>
    /// Tells whether the environment a process was started with has one of the cookies. Another user's cannot be read and has none. One that is just
    /// putting another program in its place has none that can be read: it is waited for, two seconds at most.
    /// </summary>
    /// <exception cref="IOException">This program has no descriptor left to look with.</exception>
    public static bool HasCookie(int processId, IReadOnlyList<WorkerCookie> cookies, ref byte[] buffer) =>
        HasCookie($"/proc/{processId}", cookies, ref buffer, static () => _ = DescriptorCalls.Poll([], Pause));

    /// <inheritdoc cref="HasCookie(int, IReadOnlyList{WorkerCookie}, ref byte[])"/>
    /// <param name="folder">What the kernel tells about the process.</param>
    /// <param name="cookies">Those that are looked for.</param>
    /// <param name="buffer">Takes what is read, and grows when it must.</param>
    /// <param name="pause">Lets a little time pass between two looks.</param>
    internal static bool HasCookie(string folder, IReadOnlyList<WorkerCookie> cookies, ref byte[] buffer, Action pause)
    {
        for (int look = 1; look <= MostLooks; look++)
        {
            int length = ReadAll($"{folder}/environ", ref buffer);
            for (int i = 0; i < cookies.Count; i++)
            {
                if (cookies[i].IsIn(buffer.AsSpan(0, Math.Max(0, length))))
                {
                    return true;
                }
            }

            if (length != 0 || !IsBetweenPrograms(folder, ref buffer))
            {
                return false;
            }

            pause();
        }

        return false;
    }

    /// <summary>Reads the parent of a process.</summary>
    /// <returns>0 when the process is gone or a zombie.</returns>
    public static int ParentOf(int processId, ref byte[] buffer)
    {
        ReadOnlySpan<byte> fields = ReadFields($"/proc/{processId}", ref buffer);
        return fields.Length < 3 || fields[0] is (byte)'Z' or (byte)'X' ? 0 : (int)Field(fields, Parent);
    }

    // It has memory, and either no environment in it yet, or one that came after the last look. Who was started with an empty one says so.
    private static bool IsBetweenPrograms(string folder, ref byte[] buffer)
    {
        ReadOnlySpan<byte> fields = ReadFields(folder, ref buffer);
        ulong end = Field(fields, EnvironmentEnd);
        return Field(fields, MemorySize) != 0 && (end == 0 || end != Field(fields, EnvironmentStart));
    }

    // "number (name) state parent …"; the name may have anything in it, so count from its last bracket.
    private static ReadOnlySpan<byte> ReadFields(string folder, ref byte[] buffer)
    {
        int length = ReadAll($"{folder}/stat", ref buffer);
        ReadOnlySpan<byte> text = buffer.AsSpan(0, Math.Max(0, length));
        return text[(text.LastIndexOf((byte)')') + 1)..].Trim((byte)' ');
    }

    // Counted from the state on, which is the first; 0 for one that is not there or is no number.
    private static ulong Field(ReadOnlySpan<byte> fields, int index)
    {
        foreach (Range range in fields.Split((byte)' '))
        {
            if (index-- == 0)
            {
                return ulong.TryParse(fields[range].TrimEnd((byte)'\n'), NumberStyles.None, CultureInfo.InvariantCulture, out ulong value) ? value : 0;
            }
        }

        return 0;
    }

    /// <returns>How many bytes there are; less than none when it cannot be opened.</returns>
    private static int ReadAll(string path, ref byte[] buffer)
    {
        int file = DescriptorCalls.TryOpen(path, write: false);
        if (file < 0)
        {
            return Marshal.GetLastPInvokeError() is SystemError.TooManyOpenFiles or SystemError.TooManyOpenFilesInSystem
                ? throw new IOException($"No descriptor is left to read {path}.")
                : -1;
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
