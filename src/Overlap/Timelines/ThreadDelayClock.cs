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
            // The kernel says which thread it is when the file is opened: a handle cannot be shared between threads.
            using SafeFileHandle file = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            Span<byte> text = stackalloc byte[96];
            int length = RandomAccess.Read(file, text, 0);
            ReadOnlySpan<byte> rest = text[..length];
            rest = rest[(rest.IndexOf((byte)' ') + 1)..];
            return Utf8Parser.TryParse(rest, out long delay, out _) ? delay : 0;
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
}
