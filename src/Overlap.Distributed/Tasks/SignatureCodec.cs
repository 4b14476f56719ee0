using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Reads and writes signatures; what it does not know it keeps.</summary>
internal static class SignatureCodec
{
    /// <summary>Reads a signature.</summary>
    /// <exception cref="MessageFormatException">A part is missing or of another type.</exception>
    public static Signature Read(WireMap map)
    {
        Signature signature = new(TextOf(map[SignatureNames.Task], SignatureNames.Task) is { Length: > 0 } task ? task : throw Wrong(SignatureNames.Task, default, "a text"));
        List<KeyValuePair<string, WireValue>> others = [];
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            WireValue value = entry.Value;
            switch (entry.Key)
            {
                case SignatureNames.Task:
                    break;
                case SignatureNames.Args:
                    signature = signature with { Args = ListOf(value, entry.Key) };
                    break;
                case SignatureNames.Kwargs:
                    signature = signature with { Kwargs = MapOf(value, entry.Key) ?? WireMap.Empty };
                    break;
                case SignatureNames.Options:
                    signature = signature with { Options = ReadOptions(MapOf(value, entry.Key) ?? WireMap.Empty) };
                    break;
                case SignatureNames.SubtaskType:
                    signature = signature with { SubtaskType = TextOf(value, entry.Key) };
                    break;
                case SignatureNames.Immutable:
                    signature = signature with { IsImmutable = FlagOf(value, entry.Key) ?? false };
                    break;
                default:
                    others.Add(entry);
                    break;
            }
        }

        return others.Count == 0 ? signature : signature with { Others = new WireMap(others) };
    }

    /// <summary>Writes a signature.</summary>
    public static WireMap Write(Signature signature) => new(
    [
        new(SignatureNames.Task, signature.Task),
        new(SignatureNames.Args, signature.Args),
        new(SignatureNames.Kwargs, signature.Kwargs),
        new(SignatureNames.Options, WriteOptions(signature.Options)),
        new(SignatureNames.SubtaskType, signature.SubtaskType),
        new(SignatureNames.Immutable, signature.IsImmutable),
        .. signature.Others,
    ]);

    private static CallOptions ReadOptions(WireMap map)
    {
        CallOptions options = CallOptions.None;
        List<KeyValuePair<string, WireValue>> others = [];
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            if (ReadIdentity(options, entry.Key, entry.Value) is { } identity)
            {
                options = identity;
            }
            else if (ReadManner(options, entry.Key, entry.Value) is { } manner)
            {
                options = manner;
            }
            else if (!entry.Value.IsNull || !IsKnown(entry.Key))
            {
                others.Add(entry);
            }
        }

        return others.Count == 0 ? options : options with { Others = new WireMap(others) };
    }

    // Who it is and where it goes; null: another option.
    private static CallOptions? ReadIdentity(CallOptions options, string name, WireValue value) => name switch
    {
        SignatureNames.TaskId => options with { TaskId = TextOf(value, name) },
        SignatureNames.RootId => options with { RootId = TextOf(value, name) },
        SignatureNames.ParentId => options with { ParentId = TextOf(value, name) },
        SignatureNames.GroupId => options with { GroupId = TextOf(value, name) },
        SignatureNames.GroupIndex => options with { GroupIndex = IntegerOf(value, name) },
        SignatureNames.Queue when value.Kind is WireKind.Text or WireKind.Null => options with { Queue = TextOf(value, name) },
        SignatureNames.Exchange when value.Kind is WireKind.Text or WireKind.Null => options with { Exchange = TextOf(value, name) },
        SignatureNames.RoutingKey => options with { RoutingKey = TextOf(value, name) },
        SignatureNames.ReplyTo => options with { ReplyTo = TextOf(value, name) },
        SignatureNames.Chord when value.Kind is WireKind.Map or WireKind.Null => options with { Chord = MapOf(value, name) },
        SignatureNames.Callbacks => options with { Callbacks = SignaturesOf(value, name) },
        SignatureNames.Errbacks => options with { Errbacks = SignaturesOf(value, name) },
        SignatureNames.Chain => options with { Chain = SignaturesOf(value, name) },
        _ => null,
    };

    // When and how it runs; null: another option.
    private static CallOptions? ReadManner(CallOptions options, string name, WireValue value) => name switch
    {
        SignatureNames.Priority => options with { Priority = IntegerOf(value, name) is { } priority ? (int)Math.Clamp(priority, 0, 9) : null },
        SignatureNames.Countdown => options with { Countdown = WireDurations.Read(value, name) },
        SignatureNames.Eta => options with { Eta = MomentOf(value, name) },
        SignatureNames.Expires when value.Kind is WireKind.Integer or WireKind.Number => options with { ExpiresAfter = WireDurations.Read(value, name) },
        SignatureNames.Expires => options with { Expires = MomentOf(value, name) },
        SignatureNames.HardLimit => options with { HardLimit = WireDurations.Read(value, name) },
        SignatureNames.SoftLimit => options with { SoftLimit = WireDurations.Read(value, name) },
        SignatureNames.IgnoresResult => options with { IgnoresResult = FlagOf(value, name) },
        SignatureNames.Headers => options with { Headers = MapOf(value, name) ?? WireMap.Empty },
        SignatureNames.Shadow => options with { Shadow = TextOf(value, name) },
        SignatureNames.Serializer when value == SignatureNames.Json => options with { Content = ContentKind.Json },
        SignatureNames.Serializer when value == SignatureNames.MessagePack => options with { Content = ContentKind.MessagePack },
        SignatureNames.Compression when value == SignatureNames.Zlib || value == "gzip" => options with { IsCompressed = true },
        _ => null,
    };

    private static bool IsKnown(string name) =>
        name is SignatureNames.Serializer or SignatureNames.Compression or SignatureNames.Queue or SignatureNames.Exchange or SignatureNames.Chord;

    private static WireMap WriteOptions(CallOptions options)
    {
        List<KeyValuePair<string, WireValue>> entries = [];
        Add(SignatureNames.TaskId, options.TaskId);
        Add(SignatureNames.RootId, options.RootId);
        Add(SignatureNames.ParentId, options.ParentId);
        Add(SignatureNames.GroupId, options.GroupId);
        Add(SignatureNames.GroupIndex, options.GroupIndex is { } index ? index : default(WireValue));
        Add(SignatureNames.Queue, options.Queue);
        Add(SignatureNames.Exchange, options.Exchange);
        Add(SignatureNames.RoutingKey, options.RoutingKey);
        Add(SignatureNames.ReplyTo, options.ReplyTo);
        Add(SignatureNames.Priority, options.Priority is { } priority ? priority : default(WireValue));
        Add(SignatureNames.Countdown, WireDurations.Write(options.Countdown));
        Add(SignatureNames.Eta, options.Eta is { } eta ? WireDates.WriteUtc(eta) : default(WireValue));
        Add(SignatureNames.Expires, options.Expires is { } expires ? WireDates.WriteUtc(expires) : WireDurations.Write(options.ExpiresAfter));
        Add(SignatureNames.HardLimit, WireDurations.Write(options.HardLimit));
        Add(SignatureNames.SoftLimit, WireDurations.Write(options.SoftLimit));
        Add(SignatureNames.IgnoresResult, options.IgnoresResult is { } ignores ? ignores : default(WireValue));
        Add(SignatureNames.Headers, options.Headers.Count == 0 ? null : options.Headers);
        Add(SignatureNames.Serializer, options.Content is { } content ? (content == ContentKind.Json ? SignatureNames.Json : SignatureNames.MessagePack) : null);
        Add(SignatureNames.Compression, options.IsCompressed == true ? SignatureNames.Zlib : null);
        Add(SignatureNames.Shadow, options.Shadow);
        Add(SignatureNames.Callbacks, ListOf(options.Callbacks));
        Add(SignatureNames.Errbacks, ListOf(options.Errbacks));
        Add(SignatureNames.Chain, ListOf(options.Chain));
        Add(SignatureNames.Chord, options.Chord);
        entries.AddRange(options.Others);
        return new WireMap(entries);

        void Add(string name, WireValue value)
        {
            if (!value.IsNull)
            {
                entries.Add(new(name, value));
            }
        }
    }

    private static WireValue ListOf(ImmutableArray<WireMap> signatures) =>
        signatures.IsEmpty ? default(WireValue) : signatures.Select(static signature => (WireValue)signature).ToImmutableArray();

    private static string? TextOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Text => value.AsText(),
        _ => throw Wrong(name, value, "a text"),
    };

    private static long? IntegerOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Integer => value.AsInteger(),
        _ => throw Wrong(name, value, "a whole number"),
    };

    private static bool? FlagOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Boolean => value.AsBoolean(),
        _ => throw Wrong(name, value, "true or false"),
    };

    private static WireMap? MapOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Map => value.AsMap(),
        _ => throw Wrong(name, value, "a map"),
    };

    private static ImmutableArray<WireValue> ListOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => [],
        WireKind.Array => value.AsArray(),
        _ => throw Wrong(name, value, "a list"),
    };

    private static DateTimeOffset? MomentOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.DateTime => value.AsDateTime().ToDateTimeOffset(),
        WireKind.Text when WireDates.TryRead(value.AsText(), out WireDateTime date) => date.ToDateTimeOffset(),
        _ => throw new MessageFormatException(MessageDefect.InvalidDate, $"The signature's '{name}' is {value}, not a date."),
    };

    // One signature may stand for a list of one.
    private static ImmutableArray<WireMap> SignaturesOf(WireValue value, string name) => value.Kind == WireKind.Map
        ? [value.AsMap()]
        : [.. ListOf(value, name).Select(item => MapOf(item, name) ?? throw Wrong(name, item, "a signature"))];

    private static MessageFormatException Wrong(string name, WireValue value, string wanted) =>
        new(MessageDefect.Malformed, $"The signature's '{name}' is {value.Kind}, not {wanted}.");
}
