namespace Overlap.Processes.Values;

// Tuples that are objects. Shape: 0 for null, or 1 and the values one after the other.

/// <summary>A tuple object of 1.</summary>
internal sealed class TupleCodec<T1>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();

    public override bool IsImmutable => _item1.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1> value)
    {
        _item1.Write(writer, value.Item1);
    }

    protected override Tuple<T1> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader));
}

/// <summary>A tuple object of 2.</summary>
internal sealed class TupleCodec<T1, T2>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
    }

    protected override Tuple<T1, T2> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader));
}

/// <summary>A tuple object of 3.</summary>
internal sealed class TupleCodec<T1, T2, T3>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2, T3>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2, T3> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
    }

    protected override Tuple<T1, T2, T3> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader));
}

/// <summary>A tuple object of 4.</summary>
internal sealed class TupleCodec<T1, T2, T3, T4>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2, T3, T4>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2, T3, T4> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
    }

    protected override Tuple<T1, T2, T3, T4> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader));
}

/// <summary>A tuple object of 5.</summary>
internal sealed class TupleCodec<T1, T2, T3, T4, T5>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2, T3, T4, T5>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2, T3, T4, T5> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
    }

    protected override Tuple<T1, T2, T3, T4, T5> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader));
}

/// <summary>A tuple object of 6.</summary>
internal sealed class TupleCodec<T1, T2, T3, T4, T5, T6>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2, T3, T4, T5, T6>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();
    private readonly ValueCodec<T6> _item6 = codecs.Of<T6>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable && _item6.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2, T3, T4, T5, T6> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
        _item6.Write(writer, value.Item6);
    }

    protected override Tuple<T1, T2, T3, T4, T5, T6> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader), _item6.Read(ref reader));
}

/// <summary>A tuple object of 7.</summary>
internal sealed class TupleCodec<T1, T2, T3, T4, T5, T6, T7>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2, T3, T4, T5, T6, T7>>
{
    private readonly ValueCodec<T1> _item1 = codecs.Of<T1>();
    private readonly ValueCodec<T2> _item2 = codecs.Of<T2>();
    private readonly ValueCodec<T3> _item3 = codecs.Of<T3>();
    private readonly ValueCodec<T4> _item4 = codecs.Of<T4>();
    private readonly ValueCodec<T5> _item5 = codecs.Of<T5>();
    private readonly ValueCodec<T6> _item6 = codecs.Of<T6>();
    private readonly ValueCodec<T7> _item7 = codecs.Of<T7>();

    public override bool IsImmutable => _item1.IsImmutable && _item2.IsImmutable && _item3.IsImmutable && _item4.IsImmutable && _item5.IsImmutable && _item6.IsImmutable && _item7.IsImmutable;

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2, T3, T4, T5, T6, T7> value)
    {
        _item1.Write(writer, value.Item1);
        _item2.Write(writer, value.Item2);
        _item3.Write(writer, value.Item3);
        _item4.Write(writer, value.Item4);
        _item5.Write(writer, value.Item5);
        _item6.Write(writer, value.Item6);
        _item7.Write(writer, value.Item7);
    }

    protected override Tuple<T1, T2, T3, T4, T5, T6, T7> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader), _item6.Read(ref reader), _item7.Read(ref reader));
}

/// <summary>A tuple object of more than 7.</summary>
internal sealed class TupleCodec<T1, T2, T3, T4, T5, T6, T7, TRest>(ValueCodecs codecs) : TupleObjectCodec<Tuple<T1, T2, T3, T4, T5, T6, T7, TRest>>
    where TRest : notnull
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

    protected override void WriteItems(PayloadWriter writer, Tuple<T1, T2, T3, T4, T5, T6, T7, TRest> value)
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

    protected override Tuple<T1, T2, T3, T4, T5, T6, T7, TRest> ReadItems(ref PayloadReader reader) =>
        new(_item1.Read(ref reader), _item2.Read(ref reader), _item3.Read(ref reader), _item4.Read(ref reader), _item5.Read(ref reader), _item6.Read(ref reader), _item7.Read(ref reader), _rest.Read(ref reader));
}
