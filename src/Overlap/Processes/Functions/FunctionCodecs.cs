using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Lets functions travel as values: captured variables and arguments whose type is a delegate.</summary>
/// <remarks>Functions go to the worker only. What a worker calls a function is never run by the pool's process (F6).</remarks>
internal sealed class FunctionCodecs
{
    private const int MostKept = 1_024;

    private readonly ValueCodecs _codecs;
    private readonly ConcurrentDictionary<byte[], ResolvedFunction> _resolved = new(SameBytes.Instance);

    private FunctionCodecs(ValueCodecs codecs, LoadedCode? code)
    {
        _codecs = codecs;
        Code = code;
    }

    private LoadedCode? Code { get; }

    /// <summary>Adds functions to what a set of codecs can write. Called once, before its first use.</summary>
    /// <param name="codecs">The codecs.</param>
    /// <param name="code">The code of this worker; <see langword="null"/> in the pool's process.</param>
    public static void Install(ValueCodecs codecs, LoadedCode? code)
    {
        FunctionCodecs functions = new(codecs, code);
        codecs.Delegates = type => type.BaseType != typeof(MulticastDelegate) || type.ContainsGenericParameters
            ? null
            : (IFieldCodec)Activator.CreateInstance(typeof(FunctionCodec<>).MakeGenericType(type), functions)!;
    }

    private void Write(PayloadWriter writer, Delegate? function)
    {
        if (Code is not null)
        {
            throw new NotPortableException("A worker cannot send a function back: what it captured would stay in the worker. Return data.");
        }

        if (function is null)
        {
            writer.WriteCount(0);
            return;
        }

        PortableFunction portable = PortableFunction.Of(function, _codecs);
        writer.WriteCount(portable.Identity.Length);
        writer.WriteBytes(portable.Identity.Span);
        portable.WriteCaptures(function, writer);
    }

    private Delegate? Read(ref PayloadReader reader)
    {
        int length = reader.ReadCount();
        if (length == 0)
        {
            return null;
        }

        ReadOnlySpan<byte> identity = reader.ReadBytes(length);
        ResolvedFunction function = Resolve(identity, Code ?? throw PayloadException.Nonsense("value: a function"), reader.Border);
        return function.Bind(ref reader);
    }

    private ResolvedFunction Resolve(ReadOnlySpan<byte> identity, LoadedCode code, IValueBorder border)
    {
        if (_resolved.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(identity, out ResolvedFunction? known))
        {
            return known;
        }

        PayloadReader reader = new(identity, border);
        ResolvedFunction function = ResolvedFunction.Read(ref reader, code, _codecs);
        if (_resolved.Count < MostKept)
        {
            _resolved.TryAdd(identity.ToArray(), function);
        }

        return function;
    }

    private sealed class FunctionCodec<T>(FunctionCodecs functions) : ValueCodec<T?>
        where T : Delegate
    {
        public override void Write(PayloadWriter writer, T? value) => functions.Write(writer, value);

        public override T? Read(ref PayloadReader reader) =>
            functions.Read(ref reader) switch
            {
                null => null,
                T function => function,
                _ => throw PayloadException.Nonsense("function"),
            };
    }

    private sealed class SameBytes : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly SameBytes Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
