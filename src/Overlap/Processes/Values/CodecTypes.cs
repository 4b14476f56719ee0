using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Net;
using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Overlap.Processes.Values;

/// <summary>Says which codec a type has. Only the type decides: the other side decides the same.</summary>
internal static class CodecTypes
{
    private static readonly MethodInfo HoldsReferences =
        typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences), [])!;

    private static readonly Dictionary<Type, Type> Simple = new()
    {
        [typeof(string)] = typeof(StringCodec),
        [typeof(StringBuilder)] = typeof(StringBuilderCodec),
        [typeof(Uri)] = typeof(UriCodec),
        [typeof(Version)] = typeof(VersionCodec),
        [typeof(BigInteger)] = typeof(BigIntegerCodec),
        [typeof(IPAddress)] = typeof(IPAddressCodec),
        [typeof(CancellationToken)] = typeof(CancellationTokenCodec),
        [typeof(SharedBuffer)] = typeof(SharedBufferCodec),
    };

    /// <summary>Generic types by their definition; the codec takes the same type arguments, and before them the type itself if it takes one more.</summary>
    private static readonly Dictionary<Type, Type> Generic = new()
    {
        [typeof(Nullable<>)] = typeof(NullableCodec<>),
        [typeof(ValueTuple<>)] = typeof(ValueTupleCodec<>),
        [typeof(ValueTuple<,>)] = typeof(ValueTupleCodec<,>),
        [typeof(ValueTuple<,,>)] = typeof(ValueTupleCodec<,,>),
        [typeof(ValueTuple<,,,>)] = typeof(ValueTupleCodec<,,,>),
        [typeof(ValueTuple<,,,,>)] = typeof(ValueTupleCodec<,,,,>),
        [typeof(ValueTuple<,,,,,>)] = typeof(ValueTupleCodec<,,,,,>),
        [typeof(ValueTuple<,,,,,,>)] = typeof(ValueTupleCodec<,,,,,,>),
        [typeof(ValueTuple<,,,,,,,>)] = typeof(ValueTupleCodec<,,,,,,,>),
        [typeof(Tuple<>)] = typeof(TupleCodec<>),
        [typeof(Tuple<,>)] = typeof(TupleCodec<,>),
        [typeof(Tuple<,,>)] = typeof(TupleCodec<,,>),
        [typeof(Tuple<,,,>)] = typeof(TupleCodec<,,,>),
        [typeof(Tuple<,,,,>)] = typeof(TupleCodec<,,,,>),
        [typeof(Tuple<,,,,,>)] = typeof(TupleCodec<,,,,,>),
        [typeof(Tuple<,,,,,,>)] = typeof(TupleCodec<,,,,,,>),
        [typeof(Tuple<,,,,,,,>)] = typeof(TupleCodec<,,,,,,,>),
        [typeof(KeyValuePair<,>)] = typeof(KeyValuePairCodec<,>),
        [typeof(Memory<>)] = typeof(MemoryCodec<>),
        [typeof(ReadOnlyMemory<>)] = typeof(ReadOnlyMemoryCodec<>),
        [typeof(ArraySegment<>)] = typeof(ArraySegmentCodec<>),
        [typeof(List<>)] = typeof(ListCodec<>),
        [typeof(Queue<>)] = typeof(QueueCodec<>),
        [typeof(Stack<>)] = typeof(StackCodec<>),
        [typeof(LinkedList<>)] = typeof(LinkedListCodec<>),
        [typeof(ReadOnlyCollection<>)] = typeof(ReadOnlyCollectionCodec<>),
        [typeof(ImmutableArray<>)] = typeof(ImmutableArrayCodec<>),
        [typeof(ImmutableList<>)] = typeof(ImmutableListCodec<>),
        [typeof(HashSet<>)] = typeof(HashSetCodec<>),
        [typeof(SortedSet<>)] = typeof(SortedSetCodec<>),
        [typeof(FrozenSet<>)] = typeof(FrozenSetCodec<>),
        [typeof(ImmutableHashSet<>)] = typeof(ImmutableHashSetCodec<>),
        [typeof(ImmutableSortedSet<>)] = typeof(ImmutableSortedSetCodec<>),
        [typeof(Dictionary<,>)] = typeof(DictionaryCodec<,>),
        [typeof(SortedDictionary<,>)] = typeof(SortedDictionaryCodec<,>),
        [typeof(SortedList<,>)] = typeof(SortedListCodec<,>),
        [typeof(FrozenDictionary<,>)] = typeof(FrozenDictionaryCodec<,>),
        [typeof(ImmutableDictionary<,>)] = typeof(ImmutableDictionaryCodec<,>),
        [typeof(ImmutableSortedDictionary<,>)] = typeof(ImmutableSortedDictionaryCodec<,>),
        [typeof(IEnumerable<>)] = typeof(ShownItemsCodec<,>),
        [typeof(IReadOnlyCollection<>)] = typeof(ShownItemsCodec<,>),
        [typeof(IReadOnlyList<>)] = typeof(ShownItemsCodec<,>),
        [typeof(ICollection<>)] = typeof(OpenItemsCodec<,>),
        [typeof(IList<>)] = typeof(OpenItemsCodec<,>),
        [typeof(ISet<>)] = typeof(OpenSetCodec<,>),
        [typeof(IReadOnlySet<>)] = typeof(OpenSetCodec<,>),
        [typeof(IDictionary<,>)] = typeof(OpenDictionaryCodec<,,>),
        [typeof(IReadOnlyDictionary<,>)] = typeof(OpenDictionaryCodec<,,>),
        [typeof(IProgress<>)] = typeof(ProgressCodec<,>),
        [typeof(Progress<>)] = typeof(ProgressCodec<,>),
    };

    /// <summary>Gives the codec's type; a codec of <see cref="JsonCodec{T}"/> when no other form is known.</summary>
    public static Type Of(Type type)
    {
        if (IsPlain(type))
        {
            Type definition = IsEmpty(type) ? typeof(EmptyCodec<>) : PlainChecks.Of(type) is null ? typeof(PlainCodec<>) : typeof(CheckedPlainCodec<>);
            return definition.MakeGenericType(type);
        }

        if (type.IsSZArray)
        {
            return typeof(ArrayCodec<>).MakeGenericType(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return typeof(GridCodec<,>).MakeGenericType(type, type.GetElementType()!);
        }

        if (type.IsGenericType && Generic.TryGetValue(type.GetGenericTypeDefinition(), out Type? generic))
        {
            Type[] parts = type.GetGenericArguments();
            return generic.MakeGenericType(generic.GetGenericArguments().Length == parts.Length ? parts : [type, .. parts]);
        }

        return Simple.TryGetValue(type, out Type? simple) ? simple : typeof(JsonCodec<>).MakeGenericType(type);
    }

    /// <summary>Says whether values are copied as they lie in memory.</summary>
    public static bool IsPlain(Type type) =>
        type.IsValueType && Nullable.GetUnderlyingType(type) is null && !type.IsByRefLike && !(bool)HoldsReferences.MakeGenericMethod(type).Invoke(null, null)!;

    /// <summary>Says whether a type has a form of its own, so that its members do not matter.</summary>
    public static bool IsComposed(Type type) =>
        type.IsArray || (type.IsGenericType && Generic.ContainsKey(type.GetGenericTypeDefinition()));

    public static bool IsSimple(Type type) => Simple.ContainsKey(type);

    /// <summary>Gives the types that a composed type is made of.</summary>
    public static Type[] PartsOf(Type type) => type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();

    private static bool IsEmpty(Type type) =>
        !type.IsPrimitive && !type.IsEnum && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Length == 0;
}
