using System.Runtime.InteropServices;
using System.Text;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>The words of a command as the system takes them: bytes that end with NUL, and an array of where each begins that ends with null.</summary>
/// <remarks>Not thread-safe. Used again for the next command, it takes no new memory.</remarks>
internal sealed unsafe class WordBlock : IDisposable
{
    private byte* _bytes;
    private nint _capacity;
    private nint _used;
    private byte** _words;
    private int _wordCapacity;

    // Places and not pointers until all is written: the bytes may move.
    private readonly List<nint> _starts = [];

    ~WordBlock() => Free();

    /// <summary>Begins a new command.</summary>
    public void Clear()
    {
        _used = 0;
        _starts.Clear();
    }

    /// <summary>Begins a word.</summary>
    public void BeginWord() => _starts.Add(_used);

    /// <summary>Adds to the word.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(new Span<byte>(_bytes + _used, bytes.Length));
        _used += bytes.Length;
    }

    /// <summary>Ends the word.</summary>
    public void EndWord() => Append([0]);

    /// <summary>Adds a whole word.</summary>
    public void AddWord(ReadOnlySpan<byte> bytes)
    {
        BeginWord();
        Append(bytes);
        EndWord();
    }

    /// <summary>Gives the array; good until the next change.</summary>
    public byte** ToArray()
    {
        if (_wordCapacity <= _starts.Count)
        {
            _wordCapacity = Math.Max(16, 2 * (_starts.Count + 1));
            _words = (byte**)NativeMemory.Realloc(_words, (nuint)_wordCapacity * (nuint)sizeof(byte*));
        }

        for (int i = 0; i < _starts.Count; i++)
        {
            _words[i] = _bytes + _starts[i];
        }

        _words[_starts.Count] = null;
        return _words;
    }

    /// <summary>Gives the array that <see cref="ToArray"/> made, to any thread.</summary>
    public byte** ToSharedArray() => _words;

    /// <summary>The number of words.</summary>
    public int Count => _starts.Count;

    /// <summary>The first word.</summary>
    public ReadOnlySpan<byte> First => MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_bytes);

    /// <summary>Gives the words as text, for a reader.</summary>
    public List<string> ToList()
    {
        List<string> words = [];
        foreach (nint start in _starts)
        {
            words.Add(Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(_bytes + start)));
        }

        return words;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Reserve(int more)
    {
        if (_used + more > _capacity)
        {
            _capacity = Math.Max(256, 2 * (_used + more));
            _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)_capacity);
        }
    }

    private void Free()
    {
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_words);
        _bytes = null;
        _words = null;
    }
}
