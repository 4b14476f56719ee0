using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>Reads and writes what a result backend keeps of a call.</summary>
/// <remarks>
/// Shape: <c>{"status", "result", "traceback", "children", "date_done", "task_id"}</c>, and <c>parent_id</c>, <c>group_id</c> and the parts of an
/// extended result where there are any. Of a call that failed, is retried or was revoked, <c>result</c> is an exception; see <see cref="RemoteErrorCodec"/>.
/// A document in MessagePack is known by its first byte, as is a pickle, which is refused.
/// Units: <c>date_done</c> as <see cref="WireDates"/> reads it: without an offset it is UTC, as Celery 5.2 writes it.
/// Errors: only <see cref="MessageFormatException"/>; a document must have a status and a task's id.
/// Source: Celery's result backends, as they write them.
/// </remarks>
internal static class ResultCodec
{
    private const byte PickleMark = 0x80;

    /// <summary>Reads a document.</summary>
    /// <exception cref="MessageFormatException">It is no such document, or is beyond a limit.</exception>
    public static ResultDocument Read(ReadOnlyMemory<byte> raw, ProtocolLimits limits)
    {
        WireValue document = ReadValue(raw.Span, limits);
        if (document.Kind != WireKind.Map)
        {
            throw Malformed($"The result document is {document.Kind}, not a map.");
        }

        WireMap map = document.AsMap();
        string? status = null, taskId = null, traceback = null, parentId = null, groupId = null;
        WireValue result = default, children = ImmutableArray<WireValue>.Empty;
        DateTimeOffset? doneAt = null;
        List<KeyValuePair<string, WireValue>>? others = null;
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            WireValue value = entry.Value;
            switch (entry.Key)
            {
                case "status":
                    status = TextOf(value, entry.Key);
                    break;
                case "result":
                    result = value;
                    break;
                case "traceback":
                    traceback = TextOf(value, entry.Key);
                    break;
                case "children":
                    children = value.Kind is WireKind.Array or WireKind.Null ? value : throw Malformed($"The result document's 'children' is {value.Kind}, not a list.");
                    break;
                case "date_done":
                    doneAt = MomentOf(value);
                    break;
                case "task_id":
                    taskId = TextOf(value, entry.Key);
                    break;
                case "parent_id":
                    parentId = TextOf(value, entry.Key);
                    break;
                case "group_id":
                    groupId = TextOf(value, entry.Key);
                    break;
                default:
                    (others ??= []).Add(entry);
                    break;
            }
        }

        TaskState state = StateOf(status ?? throw Malformed("The result document has no status."));
        bool isError = state is TaskState.Failure or TaskState.Retry or TaskState.Revoked;
        return new ResultDocument
        {
            TaskId = taskId ?? throw Malformed("The result document has no task's id."),
            State = state,
            StateName = status,
            Result = isError ? default : result,
            Error = isError ? RemoteErrorCodec.Read(result) : null,
            Traceback = traceback,
            Children = children,
            DoneAt = doneAt,
            ParentId = parentId,
            GroupId = groupId,
            Others = others is null ? WireMap.Empty : new WireMap([.. others], isChecked: true),
        };
    }

    /// <summary>Writes a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="emitsTypeTags">Whether dates, decimals, UUIDs and bytes are tagged; see <see cref="PythonJson"/>.</param>
    /// <param name="emitsNonFinite">Whether NaN and the infinities are written, which Python reads; otherwise they are refused.</param>
    /// <param name="content">How it is serialised.</param>
    /// <exception cref="MessageFormatException">A value has no form in the content type; the message names the place.</exception>
    public static byte[] Write(ResultDocument document, bool emitsTypeTags = false, bool emitsNonFinite = false, ContentKind content = ContentKind.Json)
    {
        List<KeyValuePair<string, WireValue>> entries = new(8 + document.Others.Count)
        {
            new("status", document.StateName),
            new("result", document.Error is { } error ? RemoteErrorCodec.Write(error) : document.Result),
            new("traceback", document.Traceback),
            new("children", document.Children),
            new("date_done", document.DoneAt is { } doneAt ? WireDates.WriteUtc(doneAt) : default(WireValue)),
        };
        if (document.GroupId is not null)
        {
            entries.Add(new("group_id", document.GroupId));
        }

        if (document.ParentId is not null)
        {
            entries.Add(new("parent_id", document.ParentId));
        }

        entries.AddRange(document.Others.Where(entry => !IsKnown(entry.Key)));
        entries.Add(new("task_id", document.TaskId));
        WireMap map = new([.. entries], isChecked: true);
        return content == ContentKind.Json ? PythonJson.Write(map, emitsTypeTags, emitsNonFinite) : MessagePack.Write(map);
    }

    /// <summary>The name by which a state is written; <see cref="TaskState.Custom"/> has none of its own.</summary>
    public static string NameOf(TaskState state) => state switch
    {
        TaskState.Pending => "PENDING",
        TaskState.Started => "STARTED",
        TaskState.Retry => "RETRY",
        TaskState.Success => "SUCCESS",
        TaskState.Failure => "FAILURE",
        TaskState.Revoked => "REVOKED",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A custom state bears a name of its own."),
    };

    private static WireValue ReadValue(ReadOnlySpan<byte> raw, ProtocolLimits limits) => raw switch
    {
        // An empty map of MessagePack is that byte alone.
        [PickleMark, _, ..] => throw new MessageFormatException(
            MessageDefect.ContentTypeRefused,
            "The result document is a pickle, which is not read."),
        [(>= 0x81 and <= 0x8F) or 0xDE or 0xDF, ..] => MessagePack.Read(raw, limits),
        _ => PythonJson.Read(raw, limits),
    };

    private static TaskState StateOf(string status) => status switch
    {
        "PENDING" => TaskState.Pending,
        "STARTED" => TaskState.Started,
        "RETRY" => TaskState.Retry,
        "SUCCESS" => TaskState.Success,
        "FAILURE" => TaskState.Failure,
        "REVOKED" => TaskState.Revoked,
        _ => TaskState.Custom,
    };

    private static bool IsKnown(string name) =>
        name is "status" or "result" or "traceback" or "children" or "date_done" or "task_id" or "parent_id" or "group_id";

    private static DateTimeOffset? MomentOf(WireValue value) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Text when WireDates.TryRead(value.AsText(), out WireDateTime moment) => moment.ToDateTimeOffset(),
        WireKind.DateTime => value.AsDateTime().ToDateTimeOffset(),
        _ => throw new MessageFormatException(MessageDefect.InvalidDate, "The result document's 'date_done' is no date with a time of day."),
    };

    private static string? TextOf(WireValue value, string name) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Text => value.AsText(),
        _ => throw Malformed($"The result document's '{name}' is {value.Kind}, not a text."),
    };

    private static MessageFormatException Malformed(string what) => new(MessageDefect.Malformed, what);
}
