using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Transport;

/// <summary>Memory that two processes see: a file without a name, sealed so that neither can change its length under the other.</summary>
/// <remarks>Pages exist once they are written: a segment may be far larger than what it holds.</remarks>
internal sealed unsafe class SharedSegment : IDisposable
{
    private const int Sealing = MemoryCalls.SealShrink | MemoryCalls.SealGrow | MemoryCalls.SealSeal;

    private nint _address;

    private SharedSegment(SafeFileHandle file, nint address, long length)
    {
        File = file;
        _address = address;
        Length = length;
    }

    /// <summary>The file: given to the process that is to see the memory. Invalid where none does.</summary>
    public SafeFileHandle File { get; }

    /// <summary>Unit: bytes.</summary>
    public long Length { get; }

    public byte* Start => (byte*)_address;

    /// <summary>Makes a segment filled with zeros.</summary>
    /// <exception cref="IOException">The system gave none.</exception>
    public static SharedSegment Create(long length)
    {
        int descriptor = MemoryCalls.CreateMemoryFile("overlap", MemoryCalls.CloseOnExec | MemoryCalls.AllowSealing);
        if (descriptor < 0)
        {
            throw Failure("make shared memory");
        }

        SafeFileHandle file = new(descriptor, ownsHandle: true);
        if (MemoryCalls.SetLength(descriptor, length) != 0
            || MemoryCalls.Control(descriptor, MemoryCalls.AddSeals, Sealing) != 0)
        {
            IOException failure = Failure("size shared memory");
            file.Dispose();
            throw failure;
        }

        return Map(file, length);
    }

    /// <summary>Makes a segment filled with zeros that no other process sees: a side's copy, where nothing can be shared.</summary>
    /// <remarks>Mapped as shared all the same, so that its pages can be given back in the same way.</remarks>
    /// <param name="length">Unit: bytes.</param>
    /// <param name="least">What will do where the system does not lend so much address space.</param>
    /// <exception cref="IOException">The system gave not even that.</exception>
    public static SharedSegment CreatePrivate(long length, long least)
    {
        while (true)
        {
            nint address = MemoryCalls.Map(
                0,
                (nuint)length,
                MemoryCalls.ProtectRead | MemoryCalls.ProtectWrite,
                MemoryCalls.MapShared | MemoryCalls.MapAnonymous | MemoryCalls.MapNoReserve,
                -1,
                0);
            if (address != -1)
            {
                return new SharedSegment(new SafeFileHandle(), address, length);
            }

            if (length == least)
            {
                throw Failure("map memory");
            }

            length = Math.Max(least, length / 2 / SegmentLayout.PageSize * SegmentLayout.PageSize);
        }
    }

    /// <summary>Opens a segment that another process made.</summary>
    /// <param name="file">What that process gave.</param>
    /// <param name="isReadOnly">Whether it is only read here: then a write ends the process.</param>
    /// <exception cref="IOException">It cannot be mapped, or its length could still be changed.</exception>
    public static SharedSegment Open(SafeFileHandle file, bool isReadOnly = false)
    {
        int seals = MemoryCalls.Control((int)file.DangerousGetHandle(), MemoryCalls.GetSeals, 0);
        return (seals & Sealing) == Sealing
            ? Map(file, RandomAccess.GetLength(file), isReadOnly)
            : throw new IOException("The shared memory is not sealed.");
    }

    /// <summary>Gives the file in a form that can be mapped for reading only, and not be opened for more.</summary>
    /// <remarks>Not a seal against writing: that would also keep this process from giving pages back.</remarks>
    /// <exception cref="IOException">The system gave none.</exception>
    public SafeFileHandle OpenForReading()
    {
        _ = MemoryCalls.SetMode((int)File.DangerousGetHandle(), MemoryCalls.ReadableByOwner);
        int descriptor = DescriptorCalls.TryOpen(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{File.DangerousGetHandle()}"), write: false);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw Failure("open shared memory for reading");
    }

    public void Dispose()
    {
        nint address = Interlocked.Exchange(ref _address, 0);
        if (address != 0)
        {
            _ = MemoryCalls.Unmap(address, (nuint)Length);
            File.Dispose();
        }
    }

    private static SharedSegment Map(SafeFileHandle file, long length, bool isReadOnly = false)
    {
        nint address = MemoryCalls.Map(
            0,
            (nuint)length,
            isReadOnly ? MemoryCalls.ProtectRead : MemoryCalls.ProtectRead | MemoryCalls.ProtectWrite,
            MemoryCalls.MapShared | MemoryCalls.MapNoReserve,
            (int)file.DangerousGetHandle(),
            0);
        if (address == -1)
        {
            IOException failure = Failure("map shared memory");
            file.Dispose();
            throw failure;
        }

        return new SharedSegment(file, address, length);
    }

    private static IOException Failure(string what) =>
        new($"Cannot {what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
