using System.Collections.Immutable;
using System.Globalization;

namespace Overlap.Distributed.Protocol;

/// <summary>Collects what headers, or the body of version 1, say of a call, before it is one.</summary>
/// <remarks>
/// Shape: the names of Celery's headers; what is <c>null</c> is not said. <c>timelimit</c> is a list of two, hard first, either may be <c>null</c>.
/// Units: seconds, whole or not, in <c>timelimit</c>; a limit of 0 is none. Dates as <see cref="WireDates"/> reads them, without an offset UTC.
/// Errors: a value of another type is <see cref="MessageDefect.Malformed"/>; only what is for people to read may be anything.
/// </remarks>
internal sealed class TaskFields(ProtocolLimits limits)
{
    private List<KeyValuePair<string, WireValue>>? _others;
    private string? _rootId, _parentId, _groupId, _shadow, _argsText, _kwargsText, _origin;
    private DateTimeOffset? _eta, _expires;
    private TimeSpan? _hardLimit, _softLimit;
    private long? _groupIndex;
    private int _retries, _nesting;
    private bool _ignoresResult;
    private ImmutableArray<string> _stampedHeaders = [];
    private WireMap _stamps = WireMap.Empty;

    /// <summary>The task's name.</summary>
    public string? Task { get; private set; }

    /// <summary>The id of the call.</summary>
    public string? Id { get; private set; }

    /// <summary>The compression of the body.</summary>
    public string? Compression { get; private set; }

    /// <summary>Takes headers; those that are not known are kept.</summary>
    public void TakeHeaders(WireMap headers)
    {
        foreach (ref readonly KeyValuePair<string, WireValue> entry in headers.AsSpan())
        {
            if (!TryTake(entry.Key, entry.Value))
            {
                (_others ??= []).Add(entry);
            }
        }
    }

    /// <summary>Takes the body of version 1; what is not known is left.</summary>
    public void TakeBody(WireMap body)
    {
        foreach (ref readonly KeyValuePair<string, WireValue> entry in body.AsSpan())
        {
            TryTake(entry.Key, entry.Value);
        }

        // The old name of the group wins, as it does in Celery.
        if (body.TryGetValue("taskset", out WireValue taskset))
        {
            _groupId = TextOf(taskset, "taskset");
        }
    }

    /// <summary>Makes the call.</summary>
    public TaskMessage ToMessage(ImmutableArray<WireValue> args, WireMap kwargs, EmbeddedSignatures embedded, MessageProperties properties, ContentKind content) => new()
    {
        Task = Task ?? throw Malformed("The message names no task."),
        Id = Id ?? throw Malformed("The message has no id."),
        Args = args,
        Kwargs = kwargs,
        RootId = _rootId,
        ParentId = _parentId,
        GroupId = _groupId,
        GroupIndex = _groupIndex,
        Shadow = _shadow,
        Eta = _eta,
        Expires = _expires,
        Retries = _retries,
        HardLimit = _hardLimit,
        SoftLimit = _softLimit,
        ArgsText = _argsText,
        KwargsText = _kwargsText,
        Origin = _origin,
        IgnoresResult = _ignoresResult,
        Callbacks = embedded.Callbacks,
        Errbacks = embedded.Errbacks,
        Chain = embedded.Chain,
        Chord = embedded.Chord,
        ReplacedTaskNesting = _nesting,
        StampedHeaders = _stampedHeaders,
        Stamps = _stamps,
        OtherHeaders = _others is null ? WireMap.Empty : new WireMap([.. _others], isChecked: true),
        Content = content,
        IsCompressed = Compression is not null,
        Properties = properties,
    };

    private bool TryTake(string name, WireValue value)
    {
        switch (name)
        {
            case "task":
                Task = TextOf(value, name);
                return true;
            case "id":
                Id = TextOf(value, name);
                return true;
            case "root_id":
                _rootId = TextOf(value, name);
                return true;
            case "parent_id":
                _parentId = TextOf(value, name);
                return true;
            case "group":
                _groupId = TextOf(value, name);
                return true;
            case "group_index":
                _groupIndex = value.IsNull ? null : IntegerOf(value, name);
                return true;
            case "shadow":
                _shadow = ReadableOf(value);
                return true;
            case "argsrepr":
                _argsText = ReadableOf(value);
                return true;
            case "kwargsrepr":
                _kwargsText = ReadableOf(value);
                return true;
            case "origin":
                _origin = ReadableOf(value);
                return true;
            case "eta":
                _eta = MomentOf(value, name);
                return true;
            case "expires":
                _expires = MomentOf(value, name);
                return true;
            case "retries":
                _retries = CountOf(value, name);
                return true;
            case "replaced_task_nesting":
                _nesting = CountOf(value, name);
                return true;
            case "timelimit":
                TakeTimeLimits(value);
                return true;
            case "ignore_result":
                _ignoresResult = value.Kind is WireKind.Boolean or WireKind.Null ? value == true : throw Wrong(value, name, "true or false");
                return true;
            case "stamped_headers":
                _stampedHeaders = StampedHeadersOf(value, name);
                return true;
            case "stamps":
                _stamps = value.IsNull ? WireMap.Empty : value.Kind == WireKind.Map ? value.AsMap() : throw Wrong(value, name, "a map");
                return true;
            case "compression":
                Compression = TextOf(value, name);
                return true;
            case "lang" or "redelivered":
                return true;
            default:
                return false;
        }
    }

    private void TakeTimeLimits(WireValue value)
    {
        if (value.IsNull)
        {
            return;
        }

        if (value.Kind != WireKind.Array || value.AsArray() is not [var hard, var soft])
        {
            throw Wrong(value, "timelimit", "a list of two");
        }

        _hardLimit = SecondsOf(hard);
        _softLimit = SecondsOf(soft);
    }

    private static TimeSpan? SecondsOf(WireValue value)
    {
        double seconds = value.Kind switch
        {
            WireKind.Null => 0,
            WireKind.Integer => value.AsInteger(),
            WireKind.Number => value.AsNumber(),
            WireKind.BigInteger => double.PositiveInfinity,
            _ => throw Wrong(value, "timelimit", "a number of seconds"),
        };
        return seconds switch
        {
            0 => null,
            > 0 when seconds < TimeSpan.MaxValue.TotalSeconds => TimeSpan.FromSeconds(seconds),
            > 0 => throw new MessageFormatException(MessageDefect.NumberOverflow, "The header 'timelimit' is too long."),
            _ => throw Wrong(value, "timelimit", "a number of seconds that can pass"),
        };
    }

    private int CountOf(WireValue value, string name)
    {
        long count = value.IsNull ? 0 : IntegerOf(value, name);
        return count < 0 ? throw Wrong(value, name, "a count")
            : count <= limits.Retries ? (int)count
            : throw new MessageFormatException(
                MessageDefect.NumberOverflow,
                string.Create(CultureInfo.InvariantCulture, $"The header '{name}' is {count}; {limits.Retries} are allowed."));
    }

    private static DateTimeOffset? MomentOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Text when WireDates.TryRead(value.AsText(), out WireDateTime moment) => moment.ToDateTimeOffset(),
        WireKind.DateTime => value.AsDateTime().ToDateTimeOffset(),
        _ => throw new MessageFormatException(MessageDefect.InvalidDate, $"The header '{name}' is {Shown(value)}, and no date with a time of day."),
    };

    private static ImmutableArray<string> StampedHeadersOf(WireValue value, string name)
    {
        if (value.IsNull)
        {
            return [];
        }

        return value.Kind == WireKind.Array && value.AsArray().All(item => item.Kind == WireKind.Text)
            ? [.. value.AsArray().Select(item => item.AsText())]
            : throw Wrong(value, name, "a list of names");
    }

    private static long IntegerOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Integer => value.AsInteger(),
        WireKind.BigInteger => throw new MessageFormatException(MessageDefect.NumberOverflow, $"The header '{name}' is too large."),
        _ => throw Wrong(value, name, "a whole number"),
    };

    private static string? TextOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Text => value.AsText(),
        _ => throw Wrong(value, name, "a text"),
    };

    private static string? ReadableOf(WireValue value) => value.Kind == WireKind.Text ? value.AsText() : null;

    private static MessageFormatException Wrong(WireValue value, string name, string wanted) =>
        Malformed($"The header '{name}' is {Shown(value)}, not {wanted}.");

    private static MessageFormatException Malformed(string what) => new(MessageDefect.Malformed, what);

    private static string Shown(WireValue value)
    {
        string text = PythonRepr.Of(value);
        return text.Length <= 64 ? text : text[..61] + "...";
    }
}
