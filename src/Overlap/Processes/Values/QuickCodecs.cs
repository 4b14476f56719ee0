namespace Overlap.Processes.Values;

/// <summary>The codecs of the types that most functions take and give, without the tables that know all others: a worker's first call waits for them.</summary>
internal static class QuickCodecs
{
    /// <summary>Gives the codec of a type.</summary>
    /// <returns><see langword="null"/> when the type is not among them.</returns>
    public static IFieldCodec? Of(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Byte => Plain<byte>.Codec,
        TypeCode.Int16 => Plain<short>.Codec,
        TypeCode.Int32 => Plain<int>.Codec,
        TypeCode.UInt32 => Plain<uint>.Codec,
        TypeCode.Int64 => Plain<long>.Codec,
        TypeCode.UInt64 => Plain<ulong>.Codec,
        TypeCode.Single => Plain<float>.Codec,
        TypeCode.Double => Plain<double>.Codec,
        TypeCode.String => Text.Codec,
        _ => null,
    };

    private static class Plain<T>
        where T : unmanaged
    {
        public static readonly PlainCodec<T> Codec = new();
    }

    private static class Text
    {
        public static readonly StringCodec Codec = new();
    }
}
