namespace Overlap.Distributed.Protocol;

/// <summary>The names of a signature's parts and of its options, as they travel.</summary>
/// <remarks>
/// Shape: <c>{"task", "args", "kwargs", "options": {}, "subtask_type", "immutable"}</c>; the options are those of <c>apply_async</c> and what freezing adds.
/// Source: Celery's signatures, as they are serialised.
/// </remarks>
internal static class SignatureNames
{
    public const string Task = "task";
    public const string Args = "args";
    public const string Kwargs = "kwargs";
    public const string Options = "options";
    public const string SubtaskType = "subtask_type";
    public const string Immutable = "immutable";

    public const string TaskId = "task_id";
    public const string RootId = "root_id";
    public const string ParentId = "parent_id";
    public const string GroupId = "group_id";
    public const string GroupIndex = "group_index";
    public const string Queue = "queue";
    public const string Exchange = "exchange";
    public const string RoutingKey = "routing_key";
    public const string ReplyTo = "reply_to";
    public const string Priority = "priority";
    public const string Countdown = "countdown";
    public const string Eta = "eta";
    public const string Expires = "expires";
    public const string HardLimit = "time_limit";
    public const string SoftLimit = "soft_time_limit";
    public const string IgnoresResult = "ignore_result";
    public const string Headers = "headers";
    public const string Serializer = "serializer";
    public const string Compression = "compression";
    public const string Shadow = "shadow";
    public const string Callbacks = "link";
    public const string Errbacks = "link_error";
    public const string Chain = "chain";
    public const string Chord = "chord";

    public const string Json = "json";
    public const string MessagePack = "msgpack";
    public const string Zlib = "zlib";
}
