namespace Overlap.Distributed.Redis.Resp;

/// <summary>One argument of a command: a text, bytes, or a number, which travels as text.</summary>
internal readonly struct RespArgument
{
    private RespArgument(string? text, ReadOnlyMemory<byte> bytes, long number)
    {
        Text = text;
        Bytes = bytes;
        Number = number;
    }

    public string? Text { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    public long Number { get; }

    /// <summary>Whether it is a number.</summary>
    public bool IsNumber { get; private init; }

    public static implicit operator RespArgument(string text) => new(text, default, 0);

    public static implicit operator RespArgument(byte[] bytes) => new(null, bytes, 0);

    public static implicit operator RespArgument(ReadOnlyMemory<byte> bytes) => new(null, bytes, 0);

    public static implicit operator RespArgument(long number) => new(null, default, number) { IsNumber = true };
}
