namespace Overlap.Processes.Values;

/// <summary>Pairs: what dictionaries consist of.</summary>
/// <remarks>Shape: the key, the value.</remarks>
internal sealed class KeyValuePairCodec<TKey, TValue>(ValueCodecs codecs) : ValueCodec<KeyValuePair<TKey, TValue>>
{
    private readonly ValueCodec<TKey> _key = codecs.Of<TKey>();
    private readonly ValueCodec<TValue> _value = codecs.Of<TValue>();

    public override int LeastSize => _key.LeastSize + _value.LeastSize;

    public override bool IsImmutable => _key.IsImmutable && _value.IsImmutable;

    public override void Write(PayloadWriter writer, KeyValuePair<TKey, TValue> value)
    {
        _key.Write(writer, value.Key);
        _value.Write(writer, value.Value);
    }

    public override KeyValuePair<TKey, TValue> Read(ref PayloadReader reader) => new(_key.Read(ref reader), _value.Read(ref reader));
}
