using Microsoft.Win32.SafeHandles;

namespace Overlap.Timelines;

/// <summary>Reads as <see cref="ThreadDelayClock"/> does, for one thread that asks often: the file stays open.</summary>
/// <remarks>Owned by the thread that asks first. Cost: one system call, a microsecond; no allocation after the first. The file is closed with the program.</remarks>
internal sealed class ThreadDelayReader
{
    private SafeFileHandle? _file;
    private bool _isGone;

    public long GetNanoseconds()
    {
        if (_isGone || !ThreadDelayClock.IsSupported)
        {
            return 0;
        }

        try
        {
            _file ??= ThreadDelayClock.Open();
            return ThreadDelayClock.Read(_file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Out of file handles, say. A measurement is missing; the call that is measured must not suffer.
            _isGone = true;
            return 0;
        }
    }
}
