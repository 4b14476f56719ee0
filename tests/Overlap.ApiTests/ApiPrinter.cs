using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Overlap.ApiTests;

/// <summary>Prints the public surface of a namespace as bodiless C#, in a stable order.</summary>
internal static class ApiPrinter
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
        [typeof(byte)] = "byte",
        [typeof(char)] = "char",
        [typeof(short)] = "short",
        [typeof(float)] = "float",
        [typeof(uint)] = "uint",
        [typeof(ulong)] = "ulong",
        [typeof(ushort)] = "ushort",
        [typeof(decimal)] = "decimal",
    };

    public static string Print(IEnumerable<Type> types)
    {
        StringBuilder text = new();
        foreach (Type type in types.OrderBy(static type => type.FullName, StringComparer.Ordinal))
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }

            Append(text, type);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Type type)
    {
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            text.Append("delegate ").Append(Signature(type.GetMethod("Invoke")!, Name(type)).Replace("virtual ", "", StringComparison.Ordinal)).Append('\n');
            return;
        }

        text.Append(Header(type)).Append('\n');
        if (type.IsEnum)
        {
            foreach (string name in Enum.GetNames(type))
            {
                object value = Convert.ChangeType(Enum.Parse(type, name), Enum.GetUnderlyingType(type), CultureInfo.InvariantCulture);
                text.Append(CultureInfo.InvariantCulture, $"    {name} = {value}\n");
            }

            return;
        }

        const BindingFlags Declared =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        IEnumerable<string> members =
            type.GetConstructors(Declared).Where(IsShown).Select(constructor => Signature(constructor, Name(type, false)))
            .Concat(type.GetProperties(Declared).Where(static property => property.GetAccessors(true).Any(IsShown)).Select(Signature))
            .Concat(type.GetEvents(Declared).Where(static e => IsShown(e.AddMethod!)).Select(static e => $"event {Name(e.EventHandlerType!)} {e.Name}"))
            .Concat(type.GetFields(Declared).Where(static field => field.IsPublic).Select(Signature))
            .Concat(type.GetMethods(Declared)
                .Where(static method => IsShown(method) && !IsCompilerMade(method))
                .Select(static method => Signature(method)));
        foreach (string member in members.Order(StringComparer.Ordinal))
        {
            text.Append("    ").Append(member).Append('\n');
        }
    }

    private static string Header(Type type)
    {
        string kind = type.IsEnum ? "enum"
            : type.IsInterface ? "interface"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsValueType ? (IsReadOnly(type) ? "readonly " : "") + (IsRecord(type) ? "record struct" : "struct")
            : (type is { IsAbstract: true, IsSealed: true } ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "")
                + (IsRecord(type) ? "record" : "class");
        IEnumerable<string> bases = (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && !type.IsEnum
                ? [Name(parent)]
                : Array.Empty<string>())
            .Concat(type.GetInterfaces()
                .Where(face => !type.IsEnum && face.IsVisible && !face.Name.StartsWith("IEquatable", StringComparison.Ordinal))
                .Select(static face => Name(face)).Order(StringComparer.Ordinal));
        string list = string.Join(", ", bases);
        return $"{kind} {Name(type)}{(list.Length == 0 ? "" : $" : {list}")}";
    }

    private static string Signature(PropertyInfo property)
    {
        MethodInfo? set = property.SetMethod;
        bool init = set?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ?? false;
        string accessors = (property.GetMethod is { } get && IsShown(get) ? "get; " : "")
            + (set is not null && IsShown(set) ? init ? "init; " : "set; " : "");
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        MethodInfo any = property.GetMethod ?? set!;
        return $"{Modifiers(any)}{required}{NullableName(property.PropertyType, Nullability.Create(property))} {property.Name} {{ {accessors}}}";
    }

    private static string Signature(FieldInfo field) =>
        $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}"
        + (field.IsLiteral ? $" = {field.GetRawConstantValue() switch { string text => $"\"{text}\"", var other => other }}" : "");

    private static string Signature(MethodBase method, string? constructed = null)
    {
        string generics = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(static type => Name(type)))}>" : "";
        string result = method is MethodInfo info ? NullableName(info.ReturnType, Nullability.Create(info.ReturnParameter)) + " " : "";
        bool extension = method.IsDefined(typeof(ExtensionAttribute));
        string parameters = string.Join(", ", method.GetParameters().Select((parameter, i) =>
            (extension && i == 0 ? "this " : "")
            + (parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")
            + (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
            + $"{NullableName(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}"
            + (parameter.HasDefaultValue ? " = " + Default(parameter) : "")));
        int? priority = method.GetCustomAttribute<OverloadResolutionPriorityAttribute>()?.Priority;
        string attributes = (priority is null or 0 ? "" : $" [OverloadResolutionPriority({priority})]")
            + (method.GetCustomAttribute<ObsoleteAttribute>() is { IsError: true } ? " [Obsolete(error)]" : "");
        return $"{Modifiers(method)}{result}{constructed ?? method.Name}{generics}({parameters}){attributes}";
    }

    private static string Modifiers(MethodBase method) =>
        (method.IsFamily || method.IsFamilyOrAssembly ? "protected " : "")
        + (method.IsStatic ? "static " : "")
        + (method.DeclaringType!.IsInterface ? "" : method.IsAbstract ? "abstract " : method.IsVirtual && !method.IsFinal
            ? method is MethodInfo info && info.GetBaseDefinition() != info ? "override " : "virtual " : "");

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType && Nullable.GetUnderlyingType(parameter.ParameterType) is null ? "default" : "null",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        var value => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string NullableName(Type type, NullabilityInfo info) =>
        Name(type) + (!type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? "?" : "");

    private static string Name(Type type, bool withArguments = true)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return Name(type.GetElementType()!) + "[]";
        }

        if (Keywords.TryGetValue(type, out string? keyword))
        {
            return keyword;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Name(underlying) + "?";
        }

        string name = (type.IsNested && !type.IsGenericParameter ? Name(type.DeclaringType!, false) + "." : "") + type.Name;
        if (!type.IsGenericType)
        {
            return name;
        }

        string bare = name.Split('`')[0];
        return withArguments ? $"{bare}<{string.Join(", ", type.GetGenericArguments().Select(static argument => Name(argument)))}>" : bare;
    }

    private static bool IsShown(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null;

    private static bool IsReadOnly(Type type) => type.IsDefined(typeof(IsReadOnlyAttribute));

    private static bool IsCompilerMade(MethodInfo method) =>
        (method.IsSpecialName && method.Name is not ("op_Implicit" or "op_Explicit"))
        || method.IsDefined(typeof(CompilerGeneratedAttribute))
        || method.Name is "GetHashCode" or "ToString" or "Equals" or "<Clone>$" or "PrintMembers";
}
