using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Overlap.Processes.Values;

/// <summary>The contracts by which objects travel as JSON: the user's generated ones, and those found by reflection, which are made strict.</summary>
/// <remarks>Strict means: every field of an object travels or the type is refused; and an object arrives only with every field it was sent with.</remarks>
internal sealed class JsonContracts
{
    /// <summary>What JSON text says exactly and shortly. All else that has a form of its own goes beside the text.</summary>
    private static readonly HashSet<Type> InText =
    [
        typeof(bool), typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong),
        typeof(float), typeof(double), typeof(decimal), typeof(Guid), typeof(TimeSpan), typeof(string),
    ];

    private readonly JsonSerializerContext? _generated;
    private readonly JsonSerializerOptions _options;

    public JsonContracts(ValueCodecs codecs, JsonSerializerContext? generated)
    {
        _generated = generated;
        DefaultJsonTypeInfoResolver found = new() { Modifiers = { MakeStrict } };
        _options = new JsonSerializerOptions
        {
            IncludeFields = true,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            MaxDepth = JsonSide.MostDepth,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            RespectRequiredConstructorParameters = true,
            Converters = { new TextConverter(), new SideConverterFactory(codecs) },
            TypeInfoResolver = generated is null ? found : JsonTypeInfoResolver.Combine(generated, found),
        };
    }

    public JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)(_generated?.GetTypeInfo(typeof(T)) ?? _options.GetTypeInfo(typeof(T)));

    /// <summary>Says whether the user, or JSON itself, answers for how a type is written.</summary>
    public bool IsTrusted(Type type) => HasConverter(type) || _generated?.GetTypeInfo(type) is not null;

    /// <summary>Says whether a converter writes values of a type, which then also knows what derived types add.</summary>
    public static bool HasConverter(Type type) =>
        type.IsDefined(typeof(JsonConverterAttribute), inherit: false) || type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type);

    /// <summary>Says whether a type names the types that may stand in for it.</summary>
    public static bool HasFamily(Type type) => type.IsDefined(typeof(JsonDerivedTypeAttribute), inherit: false);

    /// <summary>Says whether members of a type go beside the text and not in it.</summary>
    public static bool GoesBeside(Type type)
    {
        Type basic = Nullable.GetUnderlyingType(type) ?? type;
        return typeof(Delegate).IsAssignableFrom(type) || (!InText.Contains(basic) && !basic.IsEnum && CodecTypes.Of(type) is var codec
            && !(codec.IsGenericType && codec.GetGenericTypeDefinition() == typeof(JsonCodec<>)));
    }

    /// <summary>Looks for what would be lost of objects of a type.</summary>
    /// <param name="type">A type without a form of its own.</param>
    /// <param name="path">Where it was met; <see langword="null"/> when no member led here.</param>
    /// <param name="examine">Examines the type of a member.</param>
    /// <returns>What would be lost; <see langword="null"/> when nothing would.</returns>
    public Refusal? Examine(Type type, string? path, Func<Type, string?, Refusal?> examine)
    {
        if (IsTrusted(type))
        {
            return null;
        }

        if (HasFamily(type))
        {
            foreach (JsonDerivedTypeAttribute member in type.GetCustomAttributes<JsonDerivedTypeAttribute>(inherit: false))
            {
                if (member.TypeDiscriminator is null)
                {
                    return new Refusal(path, type, $"lists {TypeNames.Of(member.DerivedType)} without a name to know it by. Give [JsonDerivedType] a discriminator.");
                }

                if (member.DerivedType != type && examine(member.DerivedType, TypeNames.Of(member.DerivedType)) is { } refusal)
                {
                    return refusal;
                }
            }
        }
        else if (type.IsAbstract)
        {
            return new Refusal(path, type, "does not tell which type its values are, and no type is taken from another process. Declare the type itself, or list the possible ones with [JsonDerivedType].");
        }

        if (typeof(System.Collections.IEnumerable).IsAssignableFrom(type))
        {
            return new Refusal(path, type, "is a collection whose inside is not known. Pass an array, a List or a Dictionary, or give the type a [JsonConverter].");
        }

        if (type.Assembly.GetName().Name!.StartsWith("System.", StringComparison.Ordinal))
        {
            return new Refusal(path, type, "is a type of the runtime that has no form for other processes. Pass what it is made from.");
        }

        return type.IsAbstract ? null : ExamineMembers(type, path, examine);
    }

    private Refusal? ExamineMembers(Type type, string? path, Func<Type, string?, Refusal?> examine)
    {
        JsonTypeInfo contract;
        try
        {
            contract = _options.GetTypeInfo(type);
        }
        catch (Exception e) when (e is InvalidOperationException or NotSupportedException)
        {
            return new Refusal(path, type, $"has no JSON contract: {e.Message}");
        }

        if (contract.Kind != JsonTypeInfoKind.Object)
        {
            return new Refusal(path, type, "has no members that could be copied. Give the type a [JsonConverter].");
        }

        foreach (FieldInfo field in JsonFields.Of(type))
        {
            string at = $"{path ?? TypeNames.Of(type)}.{MemberNames.Of(field)}";

            // First whether the member may travel at all: to be told to make it settable, and only then that it cannot travel, is no help.
            bool trusted = JsonFields.HasConverter(field);
            if (!trusted && examine(field.FieldType, at) is { } refusal)
            {
                return refusal;
            }

            if (JsonFields.LossOf(field, contract) is { } loss)
            {
                return new Refusal(at, field.FieldType, loss);
            }
        }

        return contract.CreateObject is not null || contract.Properties.Any(property => property.AssociatedParameter is not null)
            ? null
            : new Refusal(path, type, "cannot be made again: it has no public constructor that JSON could use. Add one, or mark one [JsonConstructor].");
    }

    private void MakeStrict(JsonTypeInfo contract)
    {
        if (contract.Kind != JsonTypeInfoKind.Object || IsTrusted(contract.Type))
        {
            return;
        }

        HashSet<MemberInfo> carriers = [.. JsonFields.Of(contract.Type).Select(JsonFields.CarrierOf)];
        for (int i = contract.Properties.Count - 1; i >= 0; i--)
        {
            JsonPropertyInfo property = contract.Properties[i];
            if (property.AttributeProvider is MemberInfo member && carriers.Contains(JsonFields.AsDeclared(member)))
            {
                // Nothing is left out, though the user may want that for documents: what is missing is an error on the other side.
                if (property.ShouldSerialize is not null)
                {
                    property.ShouldSerialize = static (_, _) => true;
                }

                property.IsRequired = property.Set is not null;
            }
            else if (property.AssociatedParameter is null)
            {
                // Computed of others: they travel.
                contract.Properties.RemoveAt(i);
            }
        }

        if (!contract.Type.IsValueType)
        {
            Type declared = contract.Type;
            contract.OnSerializing = value => ExactType.Require(value, declared);
        }
    }
}
