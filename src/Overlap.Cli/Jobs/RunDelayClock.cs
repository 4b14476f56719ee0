using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace Overlap.Cli.Jobs;

/// <summary>Reads how long the current thread has stood ready to run while other threads had the processors.</summary>
/// <remarks>
/// A thread that computes on a busy machine stands still as often as one that waits for a reply; only the system can tell the two apart.
/// Units: nanoseconds since the thread began; 0 where the system does not tell.
/// Cost: one system call, about a microsecond.
/// Source: the second number of Linux's <c>/proc/thread-self/schedstat</c>.
/// </remarks>
internal static class RunDelayClock
{
    [ThreadStatic]
    private static SafeFileHandle? threadStatistics;

    private static bool isUnsupported;

    public static long GetNanoseconds()
    {
        if (Volatile.Read(ref isUnsupported))
        {
            return 0;
        }

        try
        {
            threadStatistics ??= File.OpenHandle("/proc/thread-self/schedstat");
            Span<byte> text = stackalloc byte[96];
            ReadOnlySpan<byte> numbers = text[..RandomAccess.Read(threadStatistics, text, 0)];
            int space = numbers.IndexOf((byte)' ');
            return space >= 0 && Utf8Parser.TryParse(numbers[(space + 1)..], out long delay, out _) ? delay : 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Volatile.Write(ref isUnsupported, true);
            return 0;
        }
    }
}
