using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Turns values that travel into .NET values, and back.</summary>
/// <remarks>
/// Shape: primitives, dates, <see cref="Guid"/>, <see cref="decimal"/>, bytes and <see cref="System.Numerics.BigInteger"/> are converted directly; a
/// <see cref="TimeSpan"/> is a number of seconds; records, classes and collections go through <see cref="JsonSerializer"/> with the given options.
/// Errors: a value that does not fit is a <see cref="WireConversionException"/>, never a default. No type is ever looked up by a name that came.
/// </remarks>
public sealed class WireConverter
{
    private static readonly ConcurrentDictionary<Type, Func<WireConverter, object, WireValue>> Writers = new();
    private static readonly MethodInfo WriteBoxedMethod = typeof(WireConverter).GetMethod(nameof(WriteBoxed), BindingFlags.NonPublic | BindingFlags.Static)!;

    private readonly JsonSerializerOptions _options;

    /// <summary>Makes a converter.</summary>
    /// <param name="options">
    /// For what is not converted directly; among them the resolver of generated serialisation. Default: names as Python writes them, read in any
    /// case, enumerations by name.
    /// </param>
    public WireConverter(JsonSerializerOptions? options = null)
    {
        _options = options is null ? MakeDefaultOptions() : new JsonSerializerOptions(options);
        _options.Converters.Add(new WireValueJsonConverter());
        _options.Converters.Add(new WireMapJsonConverter());
    }

    /// <summary>The converter that is used where nothing else is said.</summary>
    public static WireConverter Default { get; } = new();

    /// <summary>Reads a value.</summary>
    /// <exception cref="WireConversionException">It does not fit the type.</exception>
    public T Read<T>(WireValue value)
    {
        try
        {
            return WirePrimitives.ReaderOf<T>.Read is { } read ? read(value) : ReadJson<T>(value);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or OverflowException or FormatException
            and not WireConversionException or NotSupportedException or ArgumentException)
        {
            throw new WireConversionException($"{WirePrimitives.Describe(value)} is no {typeof(T).Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Writes a value.</summary>
    /// <exception cref="WireConversionException">It has no form in which to travel.</exception>
    public WireValue Write<T>(T value)
    {
        if (value is null)
        {
            return default;
        }

        try
        {
            return WirePrimitives.WriterOf<T>.Write is { } write ? write(value)
                : value.GetType() != typeof(T) ? Writers.GetOrAdd(value.GetType(), MakeWriter)(this, value)
                : WireJson.ToWire(JsonSerializer.SerializeToElement(value, _options));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NotSupportedException or ArgumentException)
        {
            throw new WireConversionException($"A {value.GetType().Name} has no form in which to travel: {exception.Message}", exception);
        }
    }

    private static JsonSerializerOptions MakeDefaultOptions() => new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        PropertyNameCaseInsensitive = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
        MaxDepth = 128,
    };

    private static Func<WireConverter, object, WireValue> MakeWriter(Type type) =>
        WriteBoxedMethod.MakeGenericMethod(type).CreateDelegate<Func<WireConverter, object, WireValue>>();

    private static WireValue WriteBoxed<T>(WireConverter converter, object value) => converter.Write((T)value);

    private T ReadJson<T>(WireValue value)
    {
        if (value.IsNull && default(T) is null)
        {
            return default!;
        }

        return JsonSerializer.Deserialize<T>(WireJson.ToUtf8(value).Span, _options)
            ?? throw new WireConversionException($"{WirePrimitives.Describe(value)} is no {typeof(T).Name}.");
    }
}
