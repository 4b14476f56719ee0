using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>An open file of the target folder. For one user at a time.</summary>
/// <remarks>Four calls a file (open, write, rename, close) where a stream of .NET makes nine.</remarks>
internal sealed unsafe class OpenFile : IDisposable
{
    private const int SeekEnd = 2;

    private readonly string _name;
    private int _file;

    public OpenFile(int file, string name)
    {
        _file = file;
        _name = name;
    }

    /// <summary>Goes to the end.</summary>
    /// <returns>The length.</returns>
    public long SeekToEnd()
    {
        long length = Libc.Seek(_file, 0, SeekEnd);
        return length >= 0 ? length : throw TargetFolder.Failure($"cannot read {UrlText.Printable(_name)}");
    }

    /// <summary>Throws away what was written.</summary>
    public void Clear()
    {
        if (Libc.Truncate(_file, 0) != 0 || Libc.Seek(_file, 0, 0) != 0)
        {
            throw TargetFolder.Failure($"cannot write {UrlText.Printable(_name)}");
        }
    }

    /// <summary>Writes all of the bytes.</summary>
    /// <exception cref="RunException">The disk is full or broken.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            nint written;
            fixed (byte* start = bytes)
            {
                written = Libc.Write(_file, start, bytes.Length);
            }

            if (written > 0)
            {
                bytes = bytes[(int)written..];
            }
            else if (written == 0 || Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                throw TargetFolder.Failure($"cannot write {UrlText.Printable(_name)}");
            }
        }
    }

    /// <summary>Says who may do what with it.</summary>
    public void SetPermissions(uint permissions)
    {
        if (Libc.ChangeMode(_file, permissions) != 0)
        {
            throw TargetFolder.Failure($"cannot set the permissions of {UrlText.Printable(_name)}");
        }
    }

    /// <summary>Reads from the beginning, as much as the buffer takes.</summary>
    public int Read(Span<byte> buffer)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            nint read;
            fixed (byte* start = buffer)
            {
                read = Libc.ReadAt(_file, start + total, buffer.Length - total, total);
            }

            if (read <= 0)
            {
                break;
            }

            total += (int)read;
        }

        return total;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        int file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
        {
            _ = Libc.Close(file);
        }
    }
}
