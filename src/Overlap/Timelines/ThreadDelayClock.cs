using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Overlap.Timelines;

/// <summary>Reads how long the current thread could have run while other threads had the processors.</summary>
/// <remarks>
/// Units: nanoseconds since the thread began.
/// Errors: where the system does not tell, zero for ever: nothing is then called delayed.
/// Cost: about ten microseconds, a file of the kernel's opened and read: asked for long calls only.
/// Source: Linux, <c>/proc/thread-self/schedstat</c>, the second number.
/// </remarks>
internal static class ThreadDelayClock
{
    private const string Path = "/proc/thread-self/schedstat";

    public static bool IsSupported { get; } = OperatingSystem.IsLinux() && File.Exists(Path);

    public static long GetNanoseconds()
    {
        if (!IsSupported)
        {
            return 0;
        }

        try
        {
            using SafeFileHandle file = Open();
            return Read(file);
        }
        catch (IOException)
        {
            // Out of file handles, say. A measurement is missing; the call that is measured must not suffer.
            return 0;
        }
        catch (UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>Opens the current thread's count. The kernel says which thread it is now: a handle cannot be shared between threads.</summary>
    internal static SafeFileHandle Open() => File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    /// <summary>Reads what <see cref="Open"/> opened.</summary>
    internal static long Read(SafeFileHandle file)
    {
        Span<byte> text = stackalloc byte[96];
        int length = RandomAccess.Read(file, text, 0);
        ReadOnlySpan<byte> rest = text[..length];
        rest = rest[(rest.IndexOf((byte)' ') + 1)..];
        return Utf8Parser.TryParse(rest, out long delay, out _) ? delay : 0;
    }
}
