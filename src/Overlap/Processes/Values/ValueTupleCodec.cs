namespace Overlap.Processes.Values;

// Tuples of values of which at least one is not plain: each by its codec, one after the other. Shape: as said, nothing between.

/// <summary>A tuple of 1.</summary>
internal sealed class ValueTupleCodec<T1>(ValueCodecs codecs) : ValueCodec<ValueTuple<T1>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();

    public override bool IsImmutable => _item1.IsImmutable;

    public override int LeastSize => _item1.LeastSize;

    public override void Write(PayloadWriter writer, ValueTuple<T1> value)
    {
        _item1.Write(writer, value.Item1);
    }

    public override ValueTuple<T1> Read(ref PayloadReader reader) =>
        new(_item1.Read(ref reader));
}

/// <summary>A tuple of 2.</summary>
internal sealed class ValueTupleCodec<T1, T2>(ValueCodecs codecs) : ValueCodec<(T1, T2)>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize;

    public override void Write(PayloadWriter writer, (T1, T2) value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
    }

    public override (T1, T2) Read(ref PayloadReader reader) =>
        (_item1.Read(ref reader), _item2.Read(ref reader));
}

/// <summary>A tuple of 3.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3>(ValueCodecs codecs) : ValueCodec<(T1, T2, T3)>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize + _item3.LeastSize;

    public override void Write(PayloadWriter writer, (T1, T2, T3) value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
    }

    public override (T1, T2, T3) Read(ref PayloadReader reader) =>
        (_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader));
}

/// <summary>A tuple of 4.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4>(ValueCodecs codecs) : ValueCodec<(T1, T2, T3, T4)>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize + _item3.LeastSize + _item4.LeastSize;

    public override void Write(PayloadWriter writer, (T1, T2, T3, T4) value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
    }

    public override (T1, T2, T3, T4) Read(ref PayloadReader reader) =>
        (_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader));
}

/// <summary>A tuple of 5.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5>(ValueCodecs codecs) : ValueCodec<(T1, T2, T3, T4, T5)>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize + _item3.LeastSize + _item4.LeastSize + _item5.LeastSize;

    public override void Write(PayloadWriter writer, (T1, T2, T3, T4, T5) value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
    }

    public override (T1, T2, T3, T4, T5) Read(ref PayloadReader reader) =>
        (_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader));
}

/// <summary>A tuple of 6.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5, T6>(ValueCodecs codecs) : ValueCodec<(T1, T2, T3, T4, T5, T6)>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();
    private readonly ValueCodec<T6> _item6 = codecs.Of<T6>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable && _item6.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize + _item3.LeastSize + _item4.LeastSize + _item5.LeastSize + _item6.LeastSize;

    public override void Write(PayloadWriter writer, (T1, T2, T3, T4, T5, T6) value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
        _item6.Write(writer, value.Item6);
    }

    public override (T1, T2, T3, T4, T5, T6) Read(ref PayloadReader reader) =>
        (_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader), _item6.Read(ref reader));
}

/// <summary>A tuple of 7.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5, T6, T7>(ValueCodecs codecs) : ValueCodec<(T1, T2, T3, T4, T5, T6, T7)>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();
    private readonly ValueCodec<T6> _item6 = codecs.Of<T6>();
    private readonly ValueCodec<T7> _item7 = codecs.Of<T7>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable && _item6.IsImmutable && _item7.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize + _item3.LeastSize + _item4.LeastSize + _item5.LeastSize + _item6.LeastSize + _item7.LeastSize;

    public override void Write(PayloadWriter writer, (T1, T2, T3, T4, T5, T6, T7) value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
        _item6.Write(writer, value.Item6);
        _item7.Write(writer, value.Item7);
    }

    public override (T1, T2, T3, T4, T5, T6, T7) Read(ref PayloadReader reader) =>
        (_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader), _item6.Read(ref reader), _item7.Read(ref reader));
}

/// <summary>A tuple of more than 7.</summary>
internal sealed class ValueTupleCodec<T1, T2, T3, T4, T5, T6, T7, TRest>(ValueCodecs codecs) : ValueCodec<ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest>>
    where TRest : struct
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();
    private readonly ValueCodec<T6> _item6 = codecs.Of<T6>();
    private readonly ValueCodec<T7> _item7 = codecs.Of<T7>();
    private readonly ValueCodec<TRest> _rest = codecs.Of<TRest>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable && _item6.IsImmutable && _item7.IsImmutable && _rest.IsImmutable;

    public override int LeastSize => _item1.LeastSize + _item2.LeastSize + _item3.LeastSize + _item4.LeastSize + _item5.LeastSize + _item6.LeastSize + _item7.LeastSize + _rest.LeastSize;

    public override void Write(PayloadWriter writer, ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
        _item6.Write(writer, value.Item6);
        _item7.Write(writer, value.Item7);
        _rest.Write(writer, value.Rest);
    }

    public override ValueTuple<T1, T2, T3, T4, T5, T6, T7, TRest> Read(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader), _item6.Read(ref reader), _item7.Read(ref reader), _rest.Read(ref reader));
}
