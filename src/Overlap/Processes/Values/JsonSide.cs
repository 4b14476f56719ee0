namespace Overlap.Processes.Values;

/// <summary>
/// What goes beside the JSON text of an object: the members that have a better form than text. The text says at which byte each begins.
/// </summary>
/// <remarks>
/// Converters are called by the serializer, which hands no context to them; so the side of the object that is written or read just now is kept
/// for each thread. Objects within those members have sides of their own.
/// </remarks>
internal sealed unsafe class JsonSide
{
    /// <summary>How deep objects may lie in each other. Deeper ones are taken for circles.</summary>
    public const int MostDepth = 64;

    // Unit: bytes. Each thread may keep as many as objects lay in each other.
    private const int LargestKept = 64 * 1024;

    [ThreadStatic]
    private static JsonSide? _current;

    [ThreadStatic]
    private static JsonSide? _spare;

    private PayloadWriter? _writer;
    private JsonSide? _outer;
    private JsonSide? _nextSpare;
    private int _depth;
    private int _innerDepth;

    // While reading: where the bytes lie, pinned by whoever entered.
    private byte* _bytes;
    private int _length;
    private long _consumed;
    private IValueBorder? _border;

    /// <summary>The side of the object that this thread writes or reads.</summary>
    public static JsonSide Current => _current ?? throw new InvalidOperationException("A member was converted outside of a codec.");

    public ReadOnlySpan<byte> Written => _writer!.Written;

    /// <summary>Begins an object that is written.</summary>
    /// <exception cref="NotPortableException">It lies too deep in others.</exception>
    public static JsonSide EnterToWrite(IValueBorder border)
    {
        JsonSide side = Take() ?? throw TooDeep();
        side._writer ??= new PayloadWriter(border);
        side._writer.Border = border;
        side._writer.Clear();
        return side;
    }

    /// <summary>Begins an object that is read.</summary>
    /// <param name="bytes">Stays where it is until <see cref="Leave"/>.</param>
    /// <param name="length">Unit: bytes.</param>
    /// <param name="border">Where it came over.</param>
    public static JsonSide EnterToRead(byte* bytes, int length, IValueBorder border)
    {
        JsonSide side = Take() ?? throw PayloadException.Nonsense("depth of objects");
        side._bytes = bytes;
        side._length = length;
        side._consumed = 0;
        side._border = border;
        return side;
    }

    public static NotPortableException TooDeep() =>
        new($"Objects that lie in each other more than {MostDepth} deep cannot travel to another process; mostly they point at each other in a circle. Pass them as a list with numbers for the links.");

    /// <summary>Ends what was entered last.</summary>
    public void Leave()
    {
        _current = _outer;
        _outer = null;
        _bytes = null;
        _border = null;
        if (_writer is { Length: > LargestKept })
        {
            _writer = null;
        }
        else if (_writer is not null)
        {
            // A thread that is done must not keep a connection alive.
            _writer.Border = null!;
        }

        _nextSpare = _spare;
        _spare = this;
    }

    /// <summary>Writes a member.</summary>
    /// <param name="codec">Its form.</param>
    /// <param name="value">The member's value.</param>
    /// <param name="depth">How deep in the text the member is.</param>
    /// <returns>At which byte it begins.</returns>
    public int Write<T>(ValueCodec<T> codec, T value, int depth)
    {
        int at = _writer!.Length;
        _innerDepth = depth;
        codec.Write(_writer, value);
        return at;
    }

    /// <summary>Reads a member that begins at a byte.</summary>
    public T Read<T>(ValueCodec<T> codec, int at, int depth)
    {
        if ((uint)at > (uint)_length)
        {
            throw PayloadException.TooShort();
        }

        _innerDepth = depth;
        PayloadReader reader = new(new ReadOnlySpan<byte>(_bytes + at, _length - at), _border!);
        T value = codec.Read(ref reader);

        // Each byte is read once: a small text that points at one large member a thousand times would need room for a thousand.
        _consumed += _length - at - reader.Remaining;
        return _consumed <= _length ? value : throw PayloadException.Nonsense("member");
    }

    private static JsonSide? Take()
    {
        JsonSide? outer = _current;
        int depth = outer is null ? 0 : outer._depth + outer._innerDepth;
        if (depth >= MostDepth)
        {
            return null;
        }

        JsonSide side = _spare ?? new JsonSide();
        _spare = side._nextSpare;
        side._nextSpare = null;
        side._outer = outer;
        side._depth = depth;
        side._innerDepth = 0;
        _current = side;
        return side;
    }
}
