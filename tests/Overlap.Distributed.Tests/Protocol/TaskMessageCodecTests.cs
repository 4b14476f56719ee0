using System.Collections.Immutable;
using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class TaskMessageCodecTests
{
    private const string Second = """[[2, 3], {"k": 1}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]""";

    private static readonly TaskMessage Message = new() { Task = "t", Id = "i", Args = [2, 3] };

    [Fact]
    public void Write_SmallCall_IsTheCanonicalBody() => Assert.Equal(
        """[[2, 3], {}, {"callbacks": null, "errbacks": null, "chain": null, "chord": null}]""",
        Encoding.UTF8.GetString(TaskMessageCodec.Write(Message).Body.Span));

    [Fact]
    public void Write_SmallCall_HasEveryHeaderOfCelery() => Assert.Equal(
        "{'lang': 'csharp', 'task': 't', 'id': 'i', 'shadow': None, 'eta': None, 'expires': None, 'group': None, 'group_index': None, 'retries': 0, "
        + "'timelimit': [None, None], 'root_id': 'i', 'parent_id': None, 'argsrepr': '(2, 3)', 'kwargsrepr': '{}', 'origin': None, 'ignore_result': False, "
        + "'replaced_task_nesting': 0, 'stamped_headers': None, 'stamps': {}}",
        ((WireValue)TaskMessageCodec.Write(Message).Headers).ToString());

    [Fact]
    public void Write_NoCorrelationId_IsTheIdOfTheCall() => Assert.Equal("i", TaskMessageCodec.Write(Message).Properties.CorrelationId);

    [Theory]
    [InlineData(ContentKind.Json, false)]
    [InlineData(ContentKind.Json, true)]
    [InlineData(ContentKind.MessagePack, false)]
    [InlineData(ContentKind.MessagePack, true)]
    public void WriteAndRead_EverythingSaid_IsTheSame(ContentKind content, bool isCompressed)
    {
        WireMap signature = new(KeyValuePair.Create<string, WireValue>("task", "next"), KeyValuePair.Create<string, WireValue>("own", 1));
        TaskMessage message = Message with
        {
            Kwargs = new WireMap(KeyValuePair.Create<string, WireValue>("k", "\u2603")),
            RootId = "root",
            ParentId = "parent",
            GroupId = "group",
            GroupIndex = 4,
            Shadow = "shadow",
            Eta = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero),
            Expires = new DateTimeOffset(2032, 2, 3, 4, 5, 6, TimeSpan.Zero),
            Retries = 2,
            HardLimit = TimeSpan.FromSeconds(30),
            SoftLimit = TimeSpan.FromSeconds(2.5),
            ArgsText = "(...)",
            KwargsText = "{...}",
            Origin = "gen1@host",
            IgnoresResult = true,
            Callbacks = [signature],
            Errbacks = [signature, signature],
            Chain = [signature],
            Chord = signature,
            ReplacedTaskNesting = 1,
            StampedHeaders = ["s"],
            Stamps = new WireMap(KeyValuePair.Create<string, WireValue>("s", "v")),
            OtherHeaders = new WireMap(KeyValuePair.Create<string, WireValue>("own", ImmutableArray.Create<WireValue>(1, 2))),
            Content = content,
            IsCompressed = isCompressed,
            Properties = new MessageProperties { CorrelationId = "i", RoutingKey = "celery" },
        };

        TaskMessage read = TaskMessageCodec.Read(TaskMessageCodec.Write(message), ProtocolLimits.Default);

        Assert.Equal(message.Args.AsSpan(), read.Args.AsSpan());
        Assert.Equal(message.Callbacks.AsSpan(), read.Callbacks.AsSpan());
        Assert.Equal(message.Errbacks.AsSpan(), read.Errbacks.AsSpan());
        Assert.Equal(message.Chain.AsSpan(), read.Chain.AsSpan());
        Assert.Equal(message.StampedHeaders.AsSpan(), read.StampedHeaders.AsSpan());
        Assert.Equal(WithoutLists(message), WithoutLists(read));
    }

    [Fact]
    public void Write_OtherHeaderOfAKnownName_IsNotWrittenTwice()
    {
        TaskMessage message = Message with { OtherHeaders = new WireMap(KeyValuePair.Create<string, WireValue>("id", "other")) };

        Assert.Equal((WireValue)"i", TaskMessageCodec.Write(message).Headers["id"]);
        Assert.Single(TaskMessageCodec.Write(message).Headers, entry => entry.Key == "id");
    }

    [Fact]
    public void Write_NaNAmongTheArguments_IsRefusedAtItsPlace()
    {
        MessageFormatException refusal = Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Write(Message with { Args = [1, double.NaN] }));

        Assert.Contains("at args[1].", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_HalfOfAPairInMessagePack_IsRefusedAtItsPlace()
    {
        TaskMessage message = Message with
        {
            Content = ContentKind.MessagePack,
            Kwargs = new WireMap(KeyValuePair.Create<string, WireValue>("k", ImmutableArray.Create<WireValue>("\ud83d\ude00", "\ud83d"))),
        };

        Assert.Contains("at kwargs.k[1].", Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Write(message)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NaNAmongTheHeaders_IsRefusedAtItsPlace()
    {
        TaskMessage message = Message with { OtherHeaders = new WireMap(KeyValuePair.Create<string, WireValue>("h", double.NaN)) };

        Assert.Contains("at headers.h.", Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Write(message)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_NaNThatCame_IsSentOn()
    {
        WireMessage came = Of("""[[NaN], {}, null]""");

        TaskMessage again = TaskMessageCodec.Read(TaskMessageCodec.Write(TaskMessageCodec.Read(came, ProtocolLimits.Default), emitsNonFinite: true), ProtocolLimits.Default);

        Assert.True(double.IsNaN(again.Args[0].AsNumber()));
    }

    [Fact]
    public void Write_DateInAHeader_IsPlainTextWithoutTags()
    {
        TaskMessage message = Message with { OtherHeaders = new WireMap(KeyValuePair.Create<string, WireValue>("h", new DateOnly(2020, 1, 2))) };

        Assert.Equal((WireValue)"2020-01-02T00:00:00", TaskMessageCodec.Write(message).Headers["h"]);
        Assert.Equal(WireKind.Date, TaskMessageCodec.Write(message, emitsTypeTags: true).Headers["h"].Kind);
    }

    [Fact]
    public void Read_FirstVersionWithTheLeast_IsTheCall()
    {
        TaskMessage task = TaskMessageCodec.Read(Of("""{"task": "t", "id": "i", "args": [1], "kwargs": {}}""", headers: []), ProtocolLimits.Default);

        Assert.Equal(("t", "i", 1), (task.Task, task.Id, task.Args.Length));
    }

    [Fact]
    public void Read_FirstVersionWithTaskset_IsThatGroup()
    {
        TaskMessage task = TaskMessageCodec.Read(Of("""{"taskset": "old", "task": "t", "id": "i", "group": "new"}""", headers: []), ProtocolLimits.Default);

        Assert.Equal("old", task.GroupId);
    }

    [Fact]
    public void Read_FirstVersionWithHeaders_KeepsThemAsTheUsers()
    {
        TaskMessage task = TaskMessageCodec.Read(Of("""{"task": "t", "id": "i"}""", headers: [Header("own", 1)]), ProtocolLimits.Default);

        Assert.Equal("{'own': 1}", ((WireValue)task.OtherHeaders).ToString());
    }

    [Fact]
    public void Read_Mixture_HeadersWin()
    {
        TaskMessage task = TaskMessageCodec.Read(
            Of("""{"task": "b", "id": "b", "args": [1], "kwargs": {"k": 2}, "retries": 3, "group": "b", "callbacks": [{"task": "c"}]}""", headers: [Header("task", "h"), Header("id", "h"), Header("group", default)]),
            ProtocolLimits.Default);

        Assert.Equal(("h", "h", 3, null), (task.Task, task.Id, task.Retries, task.GroupId));
        Assert.Single(task.Callbacks);
    }

    [Fact]
    public void Read_UnknownHeaders_AreKept() =>
        Assert.Equal("{'own': [1, None]}", ((WireValue)TaskMessageCodec.Read(Of(Second, Header("own", ImmutableArray.Create<WireValue>(1, default))), ProtocolLimits.Default).OtherHeaders).ToString());

    [Theory]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("Application/JSON")]
    public void Read_ContentTypeOfOtherWriters_IsJson(string type) =>
        Assert.Equal(ContentKind.Json, TaskMessageCodec.Read(Of(Second) with { ContentType = type }, ProtocolLimits.Default).Content);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("application/x-python-serialize")]
    [InlineData("application/x-yaml")]
    [InlineData("application/data")]
    [InlineData("application/jsonx")]
    public void Read_OtherContentType_IsRefused(string? type) =>
        Refuse(MessageDefect.ContentTypeRefused, Of(Second) with { ContentType = type });

    [Theory]
    [InlineData("application/x-bz2")]
    [InlineData("application/x-lzma")]
    [InlineData("application/zstd")]
    [InlineData("")]
    public void Read_OtherCompression_IsRefused(string compression) => Refuse(MessageDefect.CompressionRefused, Of(Second, Header("compression", compression)));

    [Theory]
    [InlineData("[[2, 3], {}]")]
    [InlineData("[[2, 3], {}, {}, {}]")]
    [InlineData("[{}, {}, {}]")]
    [InlineData("[\"ab\", {}, {}]")]
    [InlineData("[null, {}, {}]")]
    [InlineData("[[], [], {}]")]
    [InlineData("[[], null, {}]")]
    [InlineData("[[], {}, []]")]
    [InlineData("[[], {}, {\"callbacks\": {}}]")]
    [InlineData("[[], {}, {\"callbacks\": [null]}]")]
    [InlineData("[[], {}, {\"callbacks\": [{}]}]")]
    [InlineData("[[], {}, {\"chord\": [1]}]")]
    [InlineData("{}")]
    [InlineData("5")]
    [InlineData("not json")]
    public void Read_BodyThatIsNone_IsMalformed(string body) => Refuse(MessageDefect.Malformed, Of(body));

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"task": "t"}""")]
    [InlineData("""{"id": "i", "args": []}""")]
    [InlineData("5")]
    public void Read_NoHeaderAndNoFirstVersion_IsNoTask(string body) => Refuse(MessageDefect.NotATask, Of(body, headers: []));

    [Theory]
    [InlineData("id", "5", MessageDefect.Malformed)]
    [InlineData("id", "null", MessageDefect.Malformed)]
    [InlineData("task", "5", MessageDefect.Malformed)]
    [InlineData("retries", "-1", MessageDefect.Malformed)]
    [InlineData("retries", "1.5", MessageDefect.Malformed)]
    [InlineData("retries", "\"1\"", MessageDefect.Malformed)]
    [InlineData("retries", "1000001", MessageDefect.NumberOverflow)]
    [InlineData("retries", "99999999999999999999", MessageDefect.NumberOverflow)]
    [InlineData("group_index", "\"0\"", MessageDefect.Malformed)]
    [InlineData("timelimit", "5", MessageDefect.Malformed)]
    [InlineData("timelimit", "[5]", MessageDefect.Malformed)]
    [InlineData("timelimit", "[5, -1]", MessageDefect.Malformed)]
    [InlineData("timelimit", "[NaN, null]", MessageDefect.Malformed)]
    [InlineData("timelimit", "[\"5\", null]", MessageDefect.Malformed)]
    [InlineData("timelimit", "[1e300, null]", MessageDefect.NumberOverflow)]
    [InlineData("eta", "1924834506", MessageDefect.InvalidDate)]
    [InlineData("eta", "\"soon\"", MessageDefect.InvalidDate)]
    [InlineData("expires", "5.5", MessageDefect.InvalidDate)]
    [InlineData("ignore_result", "\"no\"", MessageDefect.Malformed)]
    [InlineData("stamps", "[]", MessageDefect.Malformed)]
    [InlineData("stamped_headers", "[1]", MessageDefect.Malformed)]
    [InlineData("compression", "5", MessageDefect.Malformed)]
    public void Read_HeaderThatCannotBe_SaysWhy(string name, string json, MessageDefect expected)
    {
        WireMessage message = Of(Second);

        Refuse(expected, message with { Headers = message.Headers.With(name, PythonJson.Read(Encoding.UTF8.GetBytes(json), ProtocolLimits.Default)) });
    }

    [Theory]
    [InlineData("argsrepr")]
    [InlineData("kwargsrepr")]
    [InlineData("shadow")]
    [InlineData("origin")]
    public void Read_TextForPeopleThatIsNone_IsNotSaid(string name) =>
        Assert.Equal("t", TaskMessageCodec.Read(Of(Second, Header(name, 5)), ProtocolLimits.Default).Task);

    [Fact]
    public void Read_LimitOfNothing_IsNone() =>
        Assert.Null(TaskMessageCodec.Read(Of(Second, Header("timelimit", ImmutableArray.Create<WireValue>(0, default))), ProtocolLimits.Default).HardLimit);

    [Fact]
    public void Read_EtaWithoutOffset_IsUtc() => Assert.Equal(
        new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero),
        TaskMessageCodec.Read(Of(Second, Header("eta", "2031-02-03T04:05:06")), ProtocolLimits.Default).Eta);

    [Fact]
    public void Read_EtaFurtherAheadThanTheLimit_IsRefusedOnceTheTimeIsKnown()
    {
        WireMessage message = Of(Second, Header("eta", "2031-02-03T04:05:06Z"));
        DateTimeOffset limit = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) - ProtocolLimits.Default.Eta;

        Assert.NotNull(TaskMessageCodec.Read(message, ProtocolLimits.Default, limit).Eta);
        Assert.Equal(
            MessageDefect.InvalidDate,
            Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Read(message, ProtocolLimits.Default, limit.AddTicks(-1))).Defect);
    }

    [Fact]
    public void Read_MoreHeadersThanAllowed_IsTooDeep() =>
        Refuse(MessageDefect.TooDeep, Of(Second, [.. Enumerable.Range(0, ProtocolLimits.Default.Headers).Select(number => KeyValuePair.Create<string, WireValue>($"h{number}", 1))]));

    [Fact]
    public void Read_MoreCallbacksThanAllowed_IsTooDeep()
    {
        string callbacks = string.Join(",", Enumerable.Repeat("""{"task": "c"}""", ProtocolLimits.Default.Callbacks + 1));

        Refuse(MessageDefect.TooDeep, Of($$"""[[], {}, {"callbacks": [{{callbacks}}]}]"""));
    }

    [Fact]
    public void Read_MoreSignaturesThanAllowedAtAnyDepth_IsTooDeep()
    {
        ProtocolLimits limits = ProtocolLimits.Default with { Signatures = 3 };
        WireMessage message = Of("""[[], {}, {"chain": [{"task": "a", "options": {"link": [{"task": "b"}]}}], "chord": {"task": "c", "kwargs": {"body": {"task": "d"}}}}]""");

        Assert.Single(TaskMessageCodec.Read(message, limits with { Signatures = 4 }).Chain);
        Assert.Equal(MessageDefect.TooDeep, Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Read(message, limits)).Defect);
    }

    [Fact]
    public void Read_BodyThatInflatesBeyondTheLimit_IsTooLarge()
    {
        WireMessage message = TaskMessageCodec.Write(Message with { Args = [new string('x', 100_000)], IsCompressed = true });

        Assert.Equal(
            MessageDefect.TooLarge,
            Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Read(message, ProtocolLimits.Default with { MessageBytes = 50_000 })).Defect);
    }

    private static KeyValuePair<string, WireValue> Header(string name, WireValue value) => new(name, value);

    private static TaskMessage WithoutLists(TaskMessage message) =>
        message with { Args = [], Callbacks = [], Errbacks = [], Chain = [], StampedHeaders = [] };

    private static WireMessage Of(string body, params KeyValuePair<string, WireValue>[] more) =>
        Of(body, (IEnumerable<KeyValuePair<string, WireValue>>)[Header("task", "t"), Header("id", "i"), .. more]);

    private static WireMessage Of(string body, IEnumerable<KeyValuePair<string, WireValue>> headers) => new()
    {
        Headers = new WireMap(headers),
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = Encoding.UTF8.GetBytes(body),
    };

    private static void Refuse(MessageDefect expected, WireMessage message) =>
        Assert.Equal(expected, Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Read(message, ProtocolLimits.Default)).Defect);
}
