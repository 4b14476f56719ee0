using System.Reflection;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Overlap.Processes.Values;

/// <summary>Which member of a JSON contract carries which field of an object.</summary>
internal static class JsonFields
{
    private const BindingFlags Declared = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Gives all fields of an object, also those of its base types, but for those that say they are no part of its value.</summary>
    public static IEnumerable<FieldInfo> Of(Type type)
    {
        for (Type? each = type; each is not null && each != typeof(object) && each != typeof(ValueType); each = each.BaseType)
        {
            foreach (FieldInfo field in each.GetFields(Declared))
            {
                if (!field.IsDefined(typeof(NonSerializedAttribute), inherit: false))
                {
                    yield return field;
                }
            }
        }
    }

    /// <summary>Gives the property whose value a field holds, or the field itself.</summary>
    public static MemberInfo CarrierOf(FieldInfo field) =>
        MemberNames.PropertyOf(field) is { } name && field.DeclaringType!.GetProperty(name, Declared) is { } property ? property : AsDeclared(field);

    /// <summary>Gives the member as its own type sees it: reflection gives another object for each type that inherits it.</summary>
    public static MemberInfo AsDeclared(MemberInfo member) =>
        member.ReflectedType == member.DeclaringType ? member : member.DeclaringType!.GetMember(member.Name, member.MemberType, Declared)[0];

    public static bool HasConverter(FieldInfo field) => CarrierOf(field).IsDefined(typeof(JsonConverterAttribute), inherit: true);

    /// <summary>Says why a field would be lost.</summary>
    /// <returns>Why; <see langword="null"/> when it travels.</returns>
    public static string? LossOf(FieldInfo field, JsonTypeInfo contract)
    {
        MemberInfo carrier = CarrierOf(field);
        if (carrier.GetCustomAttribute<JsonIgnoreAttribute>(inherit: true) is { Condition: JsonIgnoreCondition.Always })
        {
            return "is marked [JsonIgnore], so it would be lost. Take the mark away, or mark the field [NonSerialized] if the copy can do without.";
        }

        JsonPropertyInfo? property = contract.Properties.FirstOrDefault(each => each.AttributeProvider is MemberInfo member && AsDeclared(member).Equals(carrier));
        if (property is not null)
        {
            return property.Get is null ? "cannot be read, so it would be lost. Give it a getter."
                : property.Set is null && property.AssociatedParameter is null
                    ? "cannot be set in the copy, so it would be lost. Give it a public init or set accessor, a constructor parameter of its name, or [JsonInclude]."
                    : null;
        }

        return MemberNames.CapturedParameterOf(field) is not null
            ? "is a constructor parameter that a method uses, so it would be lost. Make it a property of its own."
            : carrier is PropertyInfo
                ? "is not public, so it would be lost. Make it public or mark it [JsonInclude]."
                : "is a private field, so it would be lost. Make it a public property, mark it [JsonInclude], or mark it [NonSerialized] if the copy can do without.";
    }
}
