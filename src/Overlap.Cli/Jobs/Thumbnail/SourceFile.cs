using System.Runtime.InteropServices;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>A picture's file, in memory: whatever becomes of it on the disk meanwhile, header and decoder see the same bytes.</summary>
internal sealed unsafe class SourceFile : IDisposable
{
    /// <summary>The largest file that is read. Unit: bytes.</summary>
    public const long MaxLength = 256L << 20;

    private byte* _bytes;

    private SourceFile(byte* bytes, int length, FileStatus status)
    {
        _bytes = bytes;
        Length = length;
        Status = status;
    }

    /// <summary>Unit: bytes.</summary>
    public int Length { get; }

    /// <summary>What the system says of the file.</summary>
    public FileStatus Status { get; }

    /// <summary>The file.</summary>
    public ReadOnlySpan<byte> Span => new(_bytes, Length);

    /// <summary>Tells what the system says of a file, through links.</summary>
    /// <exception cref="PictureException">There is none, it is no file, or it is too large.</exception>
    public static FileStatus Inspect(string path)
    {
        if (Libc.StatusOf(path, out FileStatus status) != 0)
        {
            throw Failure();
        }

        Require(status);
        return status;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path; links are followed.</param>
    /// <param name="mostBytes">Reads no more than these from its beginning.</param>
    /// <exception cref="PictureException">It cannot be read, or somebody writes it.</exception>
    public static SourceFile Read(string path, long mostBytes = MaxLength)
    {
        // Looked at before it is opened, for to open a device can do something; and again after, for it may be another by then.
        Inspect(path);
        int file = Libc.OpenAt(-100, path, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, 0);
        if (file < 0)
        {
            throw Failure();
        }

        try
        {
            return Read(file, mostBytes);
        }
        finally
        {
            _ = Libc.Close(file);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.Free(_bytes);
        _bytes = null;
    }

    private static SourceFile Read(int file, long mostBytes)
    {
        if (Libc.StatusOf(file, out FileStatus before) != 0)
        {
            throw Failure();
        }

        Require(before);
        int wanted = (int)Math.Min(before.Length, mostBytes);
        byte* bytes = (byte*)NativeMemory.Alloc((nuint)wanted);
        SourceFile source = new(bytes, wanted, before);
        try
        {
            int read = 0;
            while (read < wanted)
            {
                nint count = Libc.ReadAt(file, bytes + read, wanted - read, read);
                if (count > 0)
                {
                    read += (int)count;
                }
                else if (count == 0)
                {
                    break;
                }
                else if (Marshal.GetLastPInvokeError() != Libc.EINTR)
                {
                    throw Failure();
                }
            }

            if (Libc.StatusOf(file, out FileStatus after) != 0 || read < wanted || after.Length != before.Length || after.ModifiedAt != before.ModifiedAt)
            {
                throw new PictureException(PictureFailure.Changed, "changed while it was read");
            }

            return source;
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    private static void Require(FileStatus status)
    {
        string? problem = status.Kind switch
        {
            FileKind.Folder => "is a folder",
            FileKind.Special => "is no file: a pipe, a socket or a device",
            _ when status.Length == 0 => "is empty",
            _ => null,
        };
        if (problem is not null)
        {
            throw new PictureException(PictureFailure.Unreadable, problem);
        }

        if (status.Length > MaxLength)
        {
            throw new PictureException(PictureFailure.TooBig, $"has {status.Length:N0} bytes; the limit is {MaxLength:N0}");
        }
    }

    private static PictureException Failure() => new(PictureFailure.Unreadable, Marshal.GetLastPInvokeError() switch
    {
        Libc.ENOENT => "no such file",
        int error => Marshal.GetPInvokeErrorMessage(error).ToLowerInvariant(),
    });
}
