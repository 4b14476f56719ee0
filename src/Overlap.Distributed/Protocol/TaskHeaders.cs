using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>Writes the headers of a call in version 2.</summary>
internal static class TaskHeaders
{
    private const string Language = "csharp";
    private const int Known = 21;

    private static readonly WireValue NoLimits = ImmutableArray.Create<WireValue>(default, default);

    /// <summary>Writes the headers: all that Celery's own clients write, those not said as nothing.</summary>
    public static WireMap Write(TaskMessage message, bool emitsTypeTags, bool emitsNonFinite)
    {
        List<KeyValuePair<string, WireValue>> headers = new(Known + message.OtherHeaders.Count)
        {
            new("lang", Language),
            new("task", message.Task),
            new("id", message.Id),
            new("shadow", message.Shadow),
            new("eta", WriteMoment(message.Eta)),
            new("expires", WriteMoment(message.Expires)),
            new("group", message.GroupId),
            new("group_index", message.GroupIndex is { } index ? index : default(WireValue)),
            new("retries", message.Retries),
            new("timelimit", WriteLimits(message.HardLimit, message.SoftLimit)),
            new("root_id", message.RootId ?? message.Id),
            new("parent_id", message.ParentId),
            new("argsrepr", message.ArgsText ?? PythonRepr.OfArguments(message.Args.AsSpan())),
            new("kwargsrepr", message.KwargsText ?? PythonRepr.Of(message.Kwargs)),
            new("origin", message.Origin),
            new("ignore_result", message.IgnoresResult),
            new("replaced_task_nesting", message.ReplacedTaskNesting),
            new("stamped_headers", message.StampedHeaders.IsEmpty ? default(WireValue) : message.StampedHeaders.Select(name => (WireValue)name).ToImmutableArray()),
            new("stamps", WriteOwn("stamps", message.Stamps, emitsTypeTags, emitsNonFinite)),
        };
        if (message.IsCompressed)
        {
            headers.Add(new("compression", BodyCompression.HeaderValue));
        }

        int known = headers.Count;
        foreach (KeyValuePair<string, WireValue> entry in message.OtherHeaders)
        {
            // A header of the protocol is said by its own property; said twice, the message would be unreadable.
            if (!headers.Take(known).Any(header => header.Key == entry.Key))
            {
                headers.Add(new(entry.Key, WriteOwn(entry.Key, entry.Value, emitsTypeTags, emitsNonFinite)));
            }
        }

        return new WireMap([.. headers], isChecked: true);
    }

    // Values of users: what the receiver may not understand is flattened or refused here, where it is known who asks.
    private static WireValue WriteOwn(string name, WireValue value, bool emitsTypeTags, bool emitsNonFinite)
    {
        if (value.Kind is WireKind.Text or WireKind.Integer or WireKind.Null or WireKind.Boolean || (value.Kind == WireKind.Map && value.AsMap().Count == 0))
        {
            return value;
        }

        return emitsNonFinite || RefusedValue.Find(value, NonFinite) is not { } place
            ? (emitsTypeTags ? value : TypeTags.Flatten(value))
            : throw new MessageFormatException(
                MessageDefect.NumberOverflow,
                $"JSON has no number for NaN or an infinity. It is at headers.{name}{place}.");
    }

    private static bool NonFinite(WireValue value) => value.Kind == WireKind.Number && !double.IsFinite(value.AsNumber());

    private static WireValue WriteMoment(DateTimeOffset? moment) => moment is { } value ? WireDates.WriteUtc(value) : default(WireValue);

    private static WireValue WriteLimits(TimeSpan? hard, TimeSpan? soft) =>
        hard is null && soft is null ? NoLimits : ImmutableArray.Create(WriteSeconds(hard), WriteSeconds(soft));

    private static WireValue WriteSeconds(TimeSpan? limit) => limit is not { } value ? default
        : value.Ticks % TimeSpan.TicksPerSecond == 0 ? value.Ticks / TimeSpan.TicksPerSecond
        : (WireValue)value.TotalSeconds;
}
