using System.Collections.Immutable;
using System.Collections.ObjectModel;

namespace Overlap.Processes.Values;

// Collections that keep the order in which they were filled.

/// <summary>Interfaces that only show items: an array arrives.</summary>
internal sealed class ShownItemsCodec<TInterface, T>(ValueCodecs codecs) : CollectionCodec<TInterface, T>(codecs)
    where TInterface : class, IEnumerable<T>
{
    protected override bool IsExact => false;

    protected override TInterface Make(T[] items, byte rule) => (TInterface)(object)items;
}

/// <summary>Interfaces that let items be added: a list arrives.</summary>
internal sealed class OpenItemsCodec<TInterface, T>(ValueCodecs codecs) : CollectionCodec<TInterface, T>(codecs)
    where TInterface : class, IEnumerable<T>
{
    protected override bool IsExact => false;

    protected override TInterface Make(T[] items, byte rule) => (TInterface)(object)new List<T>(items);
}

/// <summary>Queues, the first to leave first.</summary>
internal sealed class QueueCodec<T>(ValueCodecs codecs) : CollectionCodec<Queue<T>, T>(codecs)
{
    protected override Queue<T> Make(T[] items, byte rule) => new(items);
}

/// <summary>Stacks, the top first.</summary>
internal sealed class StackCodec<T>(ValueCodecs codecs) : CollectionCodec<Stack<T>, T>(codecs)
{
    protected override Stack<T> Make(T[] items, byte rule)
    {
        Array.Reverse(items);
        return new Stack<T>(items);
    }
}

/// <summary>Linked lists.</summary>
internal sealed class LinkedListCodec<T>(ValueCodecs codecs) : CollectionCodec<LinkedList<T>, T>(codecs)
{
    protected override LinkedList<T> Make(T[] items, byte rule) => new(items);
}

/// <summary>Read-only views; what was behind one stays.</summary>
internal sealed class ReadOnlyCollectionCodec<T>(ValueCodecs codecs) : CollectionCodec<ReadOnlyCollection<T>, T>(codecs)
{
    protected override ReadOnlyCollection<T> Make(T[] items, byte rule) => new(items);
}

/// <summary>Lists of which each change makes another.</summary>
internal sealed class ImmutableListCodec<T>(ValueCodecs codecs) : CollectionCodec<ImmutableList<T>, T>(codecs)
{
    protected override ImmutableList<T> Make(T[] items, byte rule) => [.. items];
}

/// <summary>Arrays that nobody changes.</summary>
internal sealed class ImmutableArrayCodec<T>(ValueCodecs codecs) : ValueCodec<ImmutableArray<T>>
{
    private readonly ValueCodec<T> _item = codecs.Of<T>();
    private readonly Elements<T> _elements = codecs.Of<T>().InARow();

    public override bool IsImmutable => _item.IsImmutable;

    public override void Write(PayloadWriter writer, ImmutableArray<T> value)
    {
        if (value.IsDefault)
        {
            Elements<T>.WriteNone(writer);
            return;
        }

        _elements.Write(writer, value.AsSpan());
    }

    public override ImmutableArray<T> Read(ref PayloadReader reader)
    {
        RowForm form = Elements<T>.ReadForm(ref reader);
        return form == RowForm.None
            ? default
            : System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(_elements.ReadArray(ref reader, form));
    }
}
