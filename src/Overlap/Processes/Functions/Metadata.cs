using System.Reflection;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Finds types, methods and fields by their tokens. What a token does not name is nonsense from the other side.</summary>
internal static class Metadata
{
    public const BindingFlags Instance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    private const int TypeTable = 0x02;
    private const int FieldTable = 0x04;
    private const int MethodTable = 0x06;

    public static Type Type(Module module, int token) =>
        Find("type", (module, token), static at => IsIn(TypeTable, at.token) ? at.module.ResolveType(at.token) : null);

    public static Type Make(Type definition, Type[] arguments) =>
        Find("type", (definition, arguments), static made => made.definition.IsGenericTypeDefinition ? made.definition.MakeGenericType(made.arguments) : null);

    public static Type MakeArray(Type element, int? rank) =>
        Find("type", (element, rank), static made => made.rank is { } rank ? made.element.MakeArrayType(rank) : made.element.MakeArrayType());

    /// <summary>Gives the method of a type, the type being made of its arguments already.</summary>
    public static MethodInfo Method(Type type, int token, Type[] arguments) =>
        Find("method", (type, token, arguments), static at =>
        {
            if (!IsIn(MethodTable, at.token) || at.type.Module.ResolveMethod(at.token) is not MethodInfo open || at.type.ContainsGenericParameters)
            {
                return null;
            }

            MethodInfo method = (MethodInfo)MethodBase.GetMethodFromHandle(open.MethodHandle, at.type.TypeHandle)!;
            return method.DeclaringType != at.type || method.GetGenericArguments().Length != at.arguments.Length
                ? null
                : method.IsGenericMethodDefinition ? method.MakeGenericMethod(at.arguments) : method;
        });

    public static FieldInfo Field(Type type, int token) =>
        Find("field", (type, token), static at =>
        {
            // Asked of the type itself: a token alone gives the field of the open type.
            return IsIn(FieldTable, at.token) && !at.type.ContainsGenericParameters
                ? Array.Find(at.type.GetFields(Instance), field => field.MetadataToken == at.token)
                : null;
        });

    private static bool IsIn(int table, int token) => token >>> 24 == table;

    private static T Find<TState, T>(string what, TState state, Func<TState, T?> find)
        where T : class
    {
        try
        {
            return find(state) ?? throw PayloadException.Nonsense(what);
        }
        catch (Exception exception) when (exception is ArgumentException or BadImageFormatException or TypeLoadException or IOException
            or NotSupportedException or InvalidOperationException or MemberAccessException or IndexOutOfRangeException)
        {
            throw PayloadException.Nonsense(what);
        }
    }
}
