using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>Commands that are sent together, as bytes. One caller fills it, and sends it as often as it likes.</summary>
/// <remarks>Shape: each command an array of bulk strings, in RESP2 and RESP3 alike.</remarks>
internal sealed class RespBatch
{
    private const int LongestNumber = 24;

    private byte[] _bytes = new byte[256];
    private int _count;
    private int _missing;

    /// <summary>How many replies there will be.</summary>
    public int Replies { get; private set; }

    /// <summary>Whether to carry it out twice is the same as once, so that it is sent again when nobody knows what became of it.</summary>
    public bool IsRepeatable { get; init; }

    /// <summary>How long the server may take beyond what a reply may take, because it waits for something.</summary>
    public TimeSpan Patience { get; init; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Bytes => _missing == 0 ? _bytes.AsSpan(0, _count) : throw new InvalidOperationException("The last command lacks arguments.");

    /// <summary>Adds a command.</summary>
    /// <returns>The place of its reply.</returns>
    public int Add(params ReadOnlySpan<RespArgument> arguments)
    {
        int reply = Begin(arguments.Length);
        foreach (ref readonly RespArgument argument in arguments)
        {
            if (argument.IsNumber)
            {
                Argument(argument.Number);
            }
            else if (argument.Text is { } text)
            {
                Argument(text);
            }
            else
            {
                Argument(argument.Bytes.Span);
            }
        }

        return reply;
    }

    /// <summary>Begins a command whose arguments follow one by one; its name is the first.</summary>
    /// <returns>The place of its reply.</returns>
    public int Begin(int arguments)
    {
        if (_missing != 0)
        {
            throw new InvalidOperationException("The last command lacks arguments.");
        }

        _missing = arguments;
        WriteHead((byte)'*', arguments);
        return Replies++;
    }

    /// <summary>Adds an argument.</summary>
    public void Argument(ReadOnlySpan<byte> bytes)
    {
        _missing--;
        WriteHead((byte)'$', bytes.Length);
        bytes.CopyTo(Room(bytes.Length + 2));
        _count += bytes.Length;
        WriteEnd();
    }

    /// <summary>Adds an argument.</summary>
    public void Argument(string text)
    {
        _missing--;
        int length = Encoding.UTF8.GetByteCount(text);
        WriteHead((byte)'$', length);
        _count += Encoding.UTF8.GetBytes(text, Room(length + 2));
        WriteEnd();
    }

    /// <summary>Adds an argument.</summary>
    public void Argument(long number)
    {
        Span<byte> digits = stackalloc byte[LongestNumber];
        Utf8Formatter.TryFormat(number, digits, out int written);
        Argument(digits[..written]);
    }

    /// <summary>Gives a moment as seconds since 1970, with fractions, as text.</summary>
    public static string SecondsOf(DateTimeOffset moment) =>
        (moment.ToUnixTimeMilliseconds() / 1000.0).ToString("F3", CultureInfo.InvariantCulture);

    private void WriteHead(byte kind, int number)
    {
        Span<byte> room = Room(LongestNumber);
        room[0] = kind;
        Utf8Formatter.TryFormat(number, room[1..], out int written);
        _count += written + 1;
        WriteEnd();
    }

    private void WriteEnd()
    {
        Span<byte> room = Room(2);
        room[0] = (byte)'\r';
        room[1] = (byte)'\n';
        _count += 2;
    }

    private Span<byte> Room(int bytes)
    {
        if (_bytes.Length - _count < bytes)
        {
            Array.Resize(ref _bytes, checked(Math.Max(_bytes.Length * 2, _count + bytes)));
        }

        return _bytes.AsSpan(_count);
    }
}
