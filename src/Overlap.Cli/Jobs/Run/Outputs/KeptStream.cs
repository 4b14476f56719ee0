using System.Buffers;

namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>What an item wrote to one of its outputs: in memory as long as there is some for it, then in a file that has no name.</summary>
/// <remarks>Written by the watching thread, then read by the one that prints; not at the same time.</remarks>
internal sealed class KeptStream(OutputBudget budget) : IDisposable
{
    private const int FirstSize = 4 << 10;
    private const int LargestInMemory = 1 << 20;

    private byte[] _memory = [];
    private int _used;
    private FileStream? _file;
    private Exception? _failure;

    /// <summary>The bytes kept.</summary>
    public long Length => _used + (_file?.Length ?? 0);

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (_file is null && TryReserve(_used + bytes.Length))
        {
            bytes.CopyTo(_memory.AsSpan(_used));
            _used += bytes.Length;
            return;
        }

        // The watching thread must go on whatever happens here: who prints the output is told.
        if (_failure is not null)
        {
            return;
        }

        try
        {
            _file ??= OpenFile();
            _file.Write(bytes);
        }
        catch (Exception exception) when (RunException.IsOfFile(exception))
        {
            _failure = exception;
        }
    }

    /// <summary>Gives all of it to <paramref name="take"/>, piece by piece.</summary>
    /// <exception cref="RunException">It could not be kept.</exception>
    public void Read(Action<ReadOnlySpan<byte>> take)
    {
        if (_failure is not null)
        {
            throw RunException.File("cannot keep the output of a command in", Path.GetTempPath(), _failure);
        }

        if (_used > 0)
        {
            take(_memory.AsSpan(0, _used));
        }

        if (_file is null)
        {
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        _file.Position = 0;
        while (_file.Read(buffer) is > 0 and int count)
        {
            take(buffer.AsSpan(0, count));
        }

        ArrayPool<byte>.Shared.Return(buffer);
    }

    public void Dispose()
    {
        if (_memory.Length > 0)
        {
            budget.GiveBack(_memory.Length);
            ArrayPool<byte>.Shared.Return(_memory);
            _memory = [];
            _used = 0;
        }

        _file?.Dispose();
        _file = null;
    }

    private static FileStream OpenFile()
    {
        string path = Path.Combine(Path.GetTempPath(), $"overlap-{Guid.NewGuid():N}");
        FileStreamOptions options = new() { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        FileStream file = new(path, options);

        // Without a name it is gone with the program, however that ends.
        File.Delete(path);
        return file;
    }

    private bool TryReserve(int length)
    {
        if (length <= _memory.Length)
        {
            return true;
        }

        if (length > LargestInMemory)
        {
            return false;
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(FirstSize, Math.Max(length, 2 * _memory.Length)));
        if (!budget.TryTake(larger.Length))
        {
            ArrayPool<byte>.Shared.Return(larger);
            return false;
        }

        _memory.AsSpan(0, _used).CopyTo(larger);
        if (_memory.Length > 0)
        {
            budget.GiveBack(_memory.Length);
            ArrayPool<byte>.Shared.Return(_memory);
        }

        _memory = larger;
        return true;
    }
}
