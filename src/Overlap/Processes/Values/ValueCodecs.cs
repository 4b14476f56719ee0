using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Overlap.Processes.Values;

/// <summary>Knows how the values of each type travel to another process. Made once for each pool, and once in each worker.</summary>
/// <remarks>
/// The form follows from the declared type alone, so that both sides choose the same without asking; they need equal
/// <paramref name="json"/>. May be used by many threads.
/// </remarks>
/// <param name="json">Contracts that the user had generated; they win over those found by reflection.</param>
internal sealed class ValueCodecs(JsonSerializerContext? json = null)
{
    private readonly ConcurrentDictionary<Type, IFieldCodec> _codecs = new();
    private JsonContracts? _contracts;

    /// <summary>
    /// Makes the codec of a delegate type, which is not data: set by whoever knows how functions travel. <see langword="null"/> from it refuses.
    /// Written once before the first use.
    /// </summary>
    public Func<Type, IFieldCodec?>? Delegates { get; set; }

    internal JsonContracts Contracts =>
        _contracts ?? Interlocked.CompareExchange(ref _contracts, new JsonContracts(this, json), null) ?? _contracts;

    /// <summary>Gives the codec of a type.</summary>
    /// <exception cref="NotPortableException">Values of the type cannot travel; the message names the member that stops them.</exception>
    public ValueCodec<T> Of<T>() => (ValueCodec<T>)OfType(typeof(T));

    /// <summary>Gives the codec of a type that is known only when the program runs.</summary>
    /// <exception cref="NotPortableException">Values of the type cannot travel; the message names the member that stops them.</exception>
    public IFieldCodec OfType(Type type) => _codecs.TryGetValue(type, out IFieldCodec? codec) ? codec : _codecs.GetOrAdd(type, QuickCodecs.Of(type) ?? Make(type));

    /// <summary>Says why values of a type cannot travel.</summary>
    /// <param name="type">The type.</param>
    /// <param name="reason">The member that stops it and why, as the end of a sentence that began with what is to travel.</param>
    /// <returns>Whether there is a reason; if not, values of the type travel.</returns>
    public bool TryExplain(Type type, out string reason)
    {
        Refusal? refusal = _codecs.ContainsKey(type) ? null : new Portability(this).Examine(type);
        reason = refusal?.Sentence(type) ?? "";
        return refusal is not null;
    }

    private IFieldCodec Make(Type type)
    {
        if (new Portability(this).Examine(type) is { } refusal)
        {
            throw new NotPortableException($"{TypeNames.Of(type)} cannot travel to another process: {refusal.Sentence(type)}");
        }

        if (typeof(Delegate).IsAssignableFrom(type) && Delegates?.Invoke(type) is { } function)
        {
            return function;
        }

        Type codec = CodecTypes.Of(type);
        object?[] arguments = codec.GetConstructors()[0].GetParameters() switch
        {
            [] => [],
            [{ ParameterType: var only }] when only == typeof(PlainChecks) => [PlainChecks.Of(type)],
            _ => [this],
        };
        try
        {
            return (IFieldCodec)Activator.CreateInstance(codec, arguments)!;
        }
        catch (TargetInvocationException wrapper) when (wrapper.InnerException is { } inner)
        {
            // A part that is refused, or a contract of the user that the serializer does not accept.
            throw new NotPortableException(
                inner is NotPortableException ? inner.Message : $"{TypeNames.Of(type)} cannot travel to another process: {inner.Message}", inner);
        }
    }
}
