using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Every message that was captured from a real client: what was read is what is written again, field by field.</summary>
public sealed class TaskMessageVectorTests
{
    private static readonly ProtocolLimits Limits = ProtocolLimits.Default;

    // Headers that Celery before 5.3 does not write, and we do.
    private static readonly string[] Newer = ["replaced_task_nesting", "stamped_headers", "stamps"];

    public static TheoryData<int, string> All =>
        [.. GoldenVectors.Messages.Select((message, place) => new TheoryDataRow<int, string>(place, $"{message.Stack} {message.Scenario}"))];

    [Theory]
    [MemberData(nameof(All))]
    public void EnvelopeCodec_ReadAndWritten_IsTheSameMessage(int place, string name)
    {
        byte[] raw = GoldenVectors.Messages[place].Raw;

        byte[] written = EnvelopeCodec.Write(EnvelopeCodec.Read(raw, Limits));

        Assert.Null(WireDifference.Find(PythonJson.Read(raw, Limits), PythonJson.Read(written, Limits), name));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TaskMessageCodec_ReadAndWritten_IsTheSameCall(int place, string name)
    {
        GoldenMessage golden = GoldenVectors.Messages[place];
        WireMessage came = EnvelopeCodec.Read(golden.Raw, Limits);
        if (RefusalOf(golden.Scenario) is { } defect)
        {
            Assert.Equal(defect, Assert.Throws<MessageFormatException>(() => TaskMessageCodec.Read(came, Limits)).Defect);
            return;
        }

        WireMessage written = TaskMessageCodec.Write(TaskMessageCodec.Read(came, Limits), emitsTypeTags: golden.Stack == "src");

        Assert.Null(WireDifference.Find(HeadersOf(came), WithoutNewer(written.Headers.Without("lang"), came), name));
        Assert.Null(WireDifference.Find(BodyOf(came), BodyOf(written), name));
        Assert.Equal(came.Properties, written.Properties);
        Assert.Equal(came.ContentType, written.ContentType);
        Assert.Equal(came.ContentEncoding, written.ContentEncoding);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void TaskMessageCodec_WrittenAndReadAgain_IsEqual(int place, string name)
    {
        GoldenMessage golden = GoldenVectors.Messages[place];
        if (RefusalOf(golden.Scenario) is not null)
        {
            return;
        }

        TaskMessage first = TaskMessageCodec.Read(EnvelopeCodec.Read(golden.Raw, Limits), Limits);
        TaskMessage second = TaskMessageCodec.Read(
            EnvelopeCodec.Read(EnvelopeCodec.Write(TaskMessageCodec.Write(first, emitsTypeTags: true)), Limits), Limits);

        Assert.True(Facts(first).SequenceEqual(Facts(second)), name);
    }

    // What of the captured messages is not read, by design.
    private static MessageDefect? RefusalOf(string scenario) => scenario[..2] switch
    {
        "44" or "45" => MessageDefect.ContentTypeRefused,
        "48" or "49" => MessageDefect.CompressionRefused,
        _ => null,
    };

    private static IEnumerable<object?> Facts(TaskMessage task) =>
    [
        task.Task, task.Id, task.Kwargs, task.RootId ?? task.Id, task.ParentId, task.GroupId, task.GroupIndex, task.Shadow, task.Eta, task.Expires,
        task.Retries, task.HardLimit, task.SoftLimit, task.Origin, task.IgnoresResult, task.Chord, task.Stamps, task.OtherHeaders, task.Content,
        task.IsCompressed, task.Properties, .. task.Args, .. task.Callbacks, .. task.Errbacks, .. task.Chain, .. task.StampedHeaders,
    ];

    // The headers as we write them: those of version 1 are in its body, and a date is written with six digits in UTC.
    private static WireMap HeadersOf(WireMessage message)
    {
        WireMap headers = message.Headers;
        if (!headers.ContainsKey("task"))
        {
            WireMap body = PythonJson.Read(message.Body.Span, Limits).AsMap();
            headers = new WireMap(body.Where(entry => entry.Key is "task" or "id" or "group" or "group_index" or "retries" or "eta" or "expires" or "timelimit"))
                .With("root_id", body["id"])
                .With("parent_id", default)
                .With("shadow", default)
                .With("origin", default)
                .With("ignore_result", false)
                .With("argsrepr", PythonRepr.OfArguments(body["args"].AsArray().AsSpan()))
                .With("kwargsrepr", PythonRepr.Of(body["kwargs"]));
        }

        foreach (string name in (string[])["eta", "expires"])
        {
            if (headers[name].Kind == WireKind.Text)
            {
                headers = headers.With(name, WireDates.WriteUtc(DateTimeOffset.Parse(headers[name].AsText(), null)));
            }
        }

        return headers.Without("lang");
    }

    private static WireMap WithoutNewer(WireMap headers, WireMessage came) =>
        Newer.Where(name => !came.Headers.ContainsKey(name)).Aggregate(headers, (rest, name) => rest.Without(name));

    private static WireValue BodyOf(WireMessage message)
    {
        ReadOnlyMemory<byte> bytes = message.Headers.ContainsKey("compression") ? BodyCompression.Inflate(message.Body, Limits.MessageBytes) : message.Body;
        WireValue body = message.ContentType == "application/json" ? PythonJson.Read(bytes.Span, Limits) : MessagePack.Read(bytes.Span, Limits);
        return body.Kind == WireKind.Map
            ? ImmutableArray.Create(body.AsMap()["args"], body.AsMap()["kwargs"], new WireMap(
                KeyValuePair.Create("callbacks", body.AsMap()["callbacks"]),
                KeyValuePair.Create("errbacks", body.AsMap()["errbacks"]),
                KeyValuePair.Create("chain", default(WireValue)),
                KeyValuePair.Create("chord", body.AsMap()["chord"])))
            : body;
    }
}
