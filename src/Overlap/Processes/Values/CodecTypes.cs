using System.Reflection;
using System.Runtime.CompilerServices;

namespace Overlap.Processes.Values;

/// <summary>Says which codec a type has. Only the type decides: the other side decides the same.</summary>
internal static class CodecTypes
{
    private static readonly MethodInfo HoldsReferences =
        typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences), [])!;

    private static readonly Dictionary<Type, Type> Simple = new()
    {
        [typeof(string)] = typeof(StringCodec),
    };

    /// <summary>Generic types by their definition; the codec takes the same type arguments.</summary>
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
        [typeof(List<>)] = typeof(ListCodec<>),
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

        return Simple.TryGetValue(type, out Type? simple) ? simple
            : type.IsGenericType && Generic.TryGetValue(type.GetGenericTypeDefinition(), out Type? generic) ? generic.MakeGenericType(type.GetGenericArguments())
            : typeof(JsonCodec<>).MakeGenericType(type);
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
