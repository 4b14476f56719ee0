using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Overlap.Distributed.Protocol;

/// <summary>Reads one JSON document from front to back in one pass; see <see cref="PythonJson"/>.</summary>
/// <remarks>Lists and maps that are not closed yet share two stacks, which are borrowed and given back.</remarks>
internal ref partial struct PythonJsonReader
{
    // Up to this many names of one map are compared with each other; beyond it they are hashed.
    private const int Few = 32;

    // A document of more than this many parts at once gives its stacks to the collector and not back: they would be kept for ever.
    private const int MostKept = 16 * 1024;

    private readonly ReadOnlySpan<byte> _json;
    private readonly int _mostDepth;
    private readonly string? _rawName;
    private WireValue[]? _items;
    private int _itemCount;
    private KeyValuePair<string, WireValue>[]? _entries;
    private int _entryCount;
    private int _at;
    private int _depth;

    /// <summary>Starts at the front of a document.</summary>
    /// <param name="json">The document.</param>
    /// <param name="limits">How large and deep it may be.</param>
    /// <param name="rawName">The name of a text of the outermost map that is not to be made but kept as <see cref="RawText"/>.</param>
    public PythonJsonReader(ReadOnlySpan<byte> json, ProtocolLimits limits, string? rawName = null)
    {
        if (json.Length > limits.MessageBytes)
        {
            throw new MessageFormatException(
                MessageDefect.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The JSON is of {json.Length} bytes; {limits.MessageBytes} are allowed."));
        }

        _json = json;
        _mostDepth = limits.Depth;
        _rawName = rawName;
    }

    /// <summary>The text of the raw name in UTF-8, its escapes resolved; its value reads as an empty text.</summary>
    public ReadOnlySpan<byte> RawText { get; private set; }

    /// <summary>Whether there was a text of the raw name.</summary>
    public bool HasRawText { get; private set; }

    /// <summary>Reads the document to its end.</summary>
    public WireValue ReadDocument()
    {
        WireValue value = ReadValue();
        SkipSpace();
        return _at == _json.Length ? value : throw Fail(MessageDefect.Malformed, "something follows the document");
    }

    /// <summary>Gives back what was borrowed.</summary>
    public void Dispose()
    {
        if (_items is { } items)
        {
            _items = null;
            GiveBack(items);
        }

        if (_entries is { } entries)
        {
            _entries = null;
            GiveBack(entries);
        }
    }

    private static void GiveBack<T>(T[] stack)
    {
        if (stack.Length <= MostKept)
        {
            ArrayPool<T>.Shared.Return(stack, clearArray: true);
        }
    }

    private WireValue ReadValue()
    {
        SkipSpace();
        byte first = _at < _json.Length ? _json[_at] : throw Fail(MessageDefect.Malformed, "the document ends where a value is due");
        switch (first)
        {
            case (byte)'"':
                _at++;
                return ReadText(isName: false);
            case (byte)'{':
                return ReadMap();
            case (byte)'[':
                return ReadArray();
            case (byte)'t':
                Expect("true"u8);
                return true;
            case (byte)'f':
                Expect("false"u8);
                return false;
            case (byte)'n':
                Expect("null"u8);
                return default;
            case (byte)'N':
                Expect("NaN"u8);
                return double.NaN;
            case (byte)'I':
                Expect("Infinity"u8);
                return double.PositiveInfinity;
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'):
                return ReadNumber();
            default:
                throw Fail(MessageDefect.Malformed, "no value starts here");
        }
    }

    private WireValue ReadArray()
    {
        Enter();
        int start = _itemCount;
        SkipSpace();
        if (!TryTake((byte)']'))
        {
            do
            {
                WireValue value = ReadValue();
                Push(ref _items, ref _itemCount, value);
                SkipSpace();
            }
            while (TryTake((byte)','));
            if (!TryTake((byte)']'))
            {
                throw Fail(MessageDefect.Malformed, "a list goes on without ',' or ']'");
            }
        }

        _depth--;
        return ImmutableCollectionsMarshal.AsImmutableArray(Pop(_items, start, ref _itemCount));
    }

    private WireValue ReadMap()
    {
        Enter();
        int start = _entryCount;
        SkipSpace();
        if (!TryTake((byte)'}'))
        {
            ReadEntries(start);
        }

        _depth--;
        KeyValuePair<string, WireValue>[] entries = Pop(_entries, start, ref _entryCount);
        if (entries.Length == 0)
        {
            return WireMap.Empty;
        }

        return TypeTags.IsTag(entries) ? DecodeTag(entries) : new WireMap(entries, isChecked: true);
    }

    private void ReadEntries(int start)
    {
        // A bit for each name met: most names differ in it from all before them and need no comparison.
        ulong met = 0;
        HashSet<string>? names = null;
        do
        {
            SkipSpace();
            if (!TryTake((byte)'"'))
            {
                throw Fail(MessageDefect.Malformed, "a map goes on without a name in double quotes");
            }

            string name = ReadText(isName: true);
            ulong bit = 1UL << ((name.Length * 7 + (name.Length == 0 ? 0 : name[0] + name[^1] * 5)) & 63);
            bool isTwice = names is not null ? !names.Add(name) : (met & bit) != 0 && IsAmong(name, start);
            if (isTwice)
            {
                throw Fail(MessageDefect.DuplicateKey, $"the name {Shown(name)} occurs twice in a map");
            }

            met |= bit;
            SkipSpace();
            if (!TryTake((byte)':'))
            {
                throw Fail(MessageDefect.Malformed, "a name is not followed by ':'");
            }

            WireValue value = _depth == 1 && name == _rawName ? ReadRawText() : ReadValue();
            Push(ref _entries, ref _entryCount, new(name, value));
            if (names is null && _entryCount - start == Few)
            {
                names = NamesFrom(start);
            }

            SkipSpace();
        }
        while (TryTake((byte)','));
        if (!TryTake((byte)'}'))
        {
            throw Fail(MessageDefect.Malformed, "a map goes on without ',' or '}'");
        }
    }

    private readonly bool IsAmong(string name, int start)
    {
        for (int index = start; index < _entryCount; index++)
        {
            if (_entries![index].Key == name)
            {
                return true;
            }
        }

        return false;
    }

    private readonly HashSet<string> NamesFrom(int start)
    {
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int index = start; index < _entryCount; index++)
        {
            names.Add(_entries![index].Key);
        }

        return names;
    }

    private readonly WireValue DecodeTag(KeyValuePair<string, WireValue>[] entries)
    {
        try
        {
            return TypeTags.Decode(entries);
        }
        catch (MessageFormatException wrong)
        {
            throw Fail(wrong.Defect, wrong.Message);
        }
    }

    // A value that is no text is read as ever, so that its owner sees what it is.
    private WireValue ReadRawText()
    {
        SkipSpace();
        if (!TryTake((byte)'"'))
        {
            return ReadValue();
        }

        HasRawText = true;
        RawText = ReadUtf8();
        return "";
    }

    private void Enter()
    {
        _at++;
        if (++_depth > _mostDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail(MessageDefect.TooDeep, string.Create(CultureInfo.InvariantCulture, $"lists and maps are nested deeper than {_mostDepth}"));
        }
    }

    private static void Push<T>(ref T[]? stack, ref int count, in T item)
    {
        if (stack is null)
        {
            stack = ArrayPool<T>.Shared.Rent(64);
        }
        else if (count == stack.Length)
        {
            T[] larger = ArrayPool<T>.Shared.Rent(count * 2);
            stack.CopyTo(larger, 0);
            GiveBack(stack);
            stack = larger;
        }

        stack[count++] = item;
    }

    private static T[] Pop<T>(T[]? stack, int start, ref int count)
    {
        if (count == start)
        {
            return [];
        }

        T[] items = stack.AsSpan(start, count - start).ToArray();
        count = start;
        return items;
    }

    private void SkipSpace()
    {
        while (_at < _json.Length && _json[_at] is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            _at++;
        }
    }

    private bool TryTake(byte wanted)
    {
        if (_at < _json.Length && _json[_at] == wanted)
        {
            _at++;
            return true;
        }

        return false;
    }

    private void Expect(ReadOnlySpan<byte> literal)
    {
        if (!_json[_at..].StartsWith(literal))
        {
            throw Fail(MessageDefect.Malformed, $"'{Encoding.ASCII.GetString(literal)}' is not written out");
        }

        _at += literal.Length;
    }

    private readonly MessageFormatException Fail(MessageDefect defect, string what) =>
        new(defect, string.Create(CultureInfo.InvariantCulture, $"At byte {_at} of the JSON: {what}."));

    private static string Shown(string name) => PythonRepr.Of(name.Length <= 64 ? name : name[..64]);
}
