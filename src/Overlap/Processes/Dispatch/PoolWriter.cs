using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>The writers of the threads that submit.</summary>
internal static class PoolWriter
{
    private const int LargestKept = 1 << 20;

    [ThreadStatic]
    private static PayloadWriter? _own;

    /// <summary>Gives the thread's own writer, empty.</summary>
    public static PayloadWriter Rent(IValueBorder border)
    {
        PayloadWriter writer = _own is { Capacity: <= LargestKept } own ? own : _own = new PayloadWriter(border);
        writer.Border = border;
        writer.Clear();
        return writer;
    }

    /// <summary>Puts what was written into shared memory.</summary>
    /// <returns>The reference, as it is sent.</returns>
    /// <exception cref="NotPortableException">There is no room.</exception>
    public static byte[] MoveToBlob(PayloadWriter writer, CallBorder border)
    {
        if (!border.TryPut(writer.Written, out BlobReference reference))
        {
            throw new NotPortableException("The arguments of the calls under way take more than the 16 GiB that a pool has for them.");
        }

        byte[] encoded = new byte[Unsafe.SizeOf<BlobReference>()];
        MemoryMarshal.Write(encoded, reference);
        return encoded;
    }
}
