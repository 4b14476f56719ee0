using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Collections that are made from an array of their items.</summary>
/// <remarks>Shape: the items as a row; unless there is no collection, and only for those that compare keys, one byte of <see cref="KeyRules"/>.</remarks>
internal abstract class CollectionCodec<TCollection, T>(ValueCodecs codecs) : ValueCodec<TCollection?>
    where TCollection : class, IEnumerable<T>
{
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    /// <summary>Whether values of a derived type are refused. Not so for interfaces: they never promise more than they show.</summary>
    protected virtual bool IsExact => true;

    /// <summary>Whether the collection compares keys.</summary>
    protected virtual bool HasRule => false;

    public sealed override void Write(PayloadWriter writer, TCollection? value)
    {
        if (value is null)
        {
            Elements<T>.WriteNone(writer);
            return;
        }

        if (IsExact)
        {
            ExactType.Require(value, typeof(TCollection));
        }

        byte rule = HasRule ? RuleOf(value) : (byte)0;
        switch (value)
        {
            case List<T> list when list.GetType() == typeof(List<T>):
                _elements.Write(writer, CollectionsMarshal.AsSpan(list));
                break;
            case T[] array:
                _elements.Write(writer, new ReadOnlySpan<T>(array));
                break;
            default:
                _elements.Write(writer, value.ToArray());
                break;
        }

        if (HasRule)
        {
            writer.Write(rule);
        }
    }

    public sealed override TCollection? Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        if (form == RowForm.None)
        {
            return null;
        }

        T[] items = _elements.ReadArray(ref reader, form);
        byte rule = HasRule ? reader.Read<byte>() : (byte)0;
        TCollection collection;
        try
        {
            collection = Make(items, rule);
        }
        catch (Exception e) when (e is not (PayloadException or OutOfMemoryException))
        {
            // Keys that are null, twice the same or cannot be compared.
            throw PayloadException.Nonsense(TypeNames.Of(typeof(TCollection)), e);
        }

        return CountOf(collection, items) == items.Length ? collection : throw PayloadException.Nonsense(TypeNames.Of(typeof(TCollection)));
    }

    /// <summary>Makes the collection. Of items that are the same to it, it may keep one: that is noticed.</summary>
    protected abstract TCollection Make(T[] items, byte rule);

    protected virtual byte RuleOf(TCollection value) => 0;

    private static int CountOf(TCollection collection, T[] items) => collection switch
    {
        IReadOnlyCollection<T> counted => counted.Count,
        ICollection<T> counted => counted.Count,
        _ => items.Length,
    };
}
