using System.Runtime.CompilerServices;
using System.Text.Json;
using Overlap.Benchmarks.Measuring;
using Overlap.Distributed.Protocol;

namespace Overlap.Benchmarks.Areas;

/// <summary>What a small call costs to read and to write, against the JSON of the base class library doing the least of the same.</summary>
internal sealed class QueueCodecArea : BenchmarkArea
{
    private const int Items = 300_000;

    private static readonly TaskMessage Call = new()
    {
        Task = "tasks.add",
        Id = "c88910c9-80b0-49dc-a6c5-fac4ef452845",
        Args = [2, 2],
        Origin = "gen1234@host",
        Properties = new MessageProperties
        {
            ReplyTo = "590168aa-7821-3f10-b3a1-212a19f16935",
            RoutingKey = "celery",
            DeliveryTag = "b477fcb1-ef6e-48d9-835d-8890ffe143d4",
        },
    };

    private static readonly int?[] NoLimits = [null, null];
    private static readonly object[] Body =
    [
        new[] { 2, 2 }, new { }, new { callbacks = (object?)null, errbacks = (object?)null, chain = (object?)null, chord = (object?)null },
    ];

    private static readonly byte[] Envelope = EnvelopeCodec.Write(TaskMessageCodec.Write(Call));

    public override string Name => "queue-codec";

    public override string Summary => "cost of reading and writing one small call of a task, against System.Text.Json";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "one small call, from an element of a Redis list to its arguments",
                Contenders =
                [
                    Loop("TaskMessageCodec", "EnvelopeCodec.Read, TaskMessageCodec.Read", Read),
                    Loop("JsonDocument", "JsonDocument.Parse of envelope and body, and one header", Parse),
                ],
                Ratios = [Metric.PerItem],
                WarmUps = 3,
                Note = "JsonDocument only finds where values are; it makes none, and checks no header.",
            },
            cancellationToken);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "one small call, from its arguments to an element of a Redis list",
                Contenders =
                [
                    Loop("TaskMessageCodec", "TaskMessageCodec.Write, EnvelopeCodec.Write", Write),
                    Loop("JsonSerializer", "JsonSerializer of anonymous objects with the same names", Serialize),
                ],
                Ratios = [Metric.PerItem],
                WarmUps = 3,
                Note = "The properties of System.Text.Json's objects are found by reflection once, before the first round.",
            },
            cancellationToken);
    }

    private static LoopContender Loop(string name, string shown, Func<int> once) => new()
    {
        Name = name,
        Shown = shown,
        Items = Items,
        Loop = items =>
        {
            for (int done = 0; done < items; done++)
            {
                if (once() == 0)
                {
                    throw new InvalidOperationException("Nothing was read or written.");
                }
            }

            return Task.CompletedTask;
        },
    };

    private static int Read() => TaskMessageCodec.Read(EnvelopeCodec.Read(Envelope, ProtocolLimits.Default), ProtocolLimits.Default).Args.Length;

    private static int Parse()
    {
        using JsonDocument envelope = JsonDocument.Parse(Envelope);
        using JsonDocument body = JsonDocument.Parse(envelope.RootElement.GetProperty("body").GetBytesFromBase64());
        return body.RootElement[0].GetArrayLength() + envelope.RootElement.GetProperty("headers").GetProperty("task").GetString()!.Length;
    }

    private static int Write() => EnvelopeCodec.Write(TaskMessageCodec.Write(Call)).Length;

    private static int Serialize()
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(Body);
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            body,
            headers = new
            {
                lang = "csharp",
                task = Call.Task,
                id = Call.Id,
                shadow = (string?)null,
                eta = (string?)null,
                expires = (string?)null,
                group = (string?)null,
                group_index = (int?)null,
                retries = 0,
                timelimit = NoLimits,
                root_id = Call.Id,
                parent_id = (string?)null,
                argsrepr = "(2, 2)",
                kwargsrepr = "{}",
                origin = Call.Origin,
                ignore_result = false,
            },
            properties = new
            {
                correlation_id = Call.Id,
                reply_to = Call.Properties.ReplyTo,
                delivery_mode = 2,
                delivery_info = new { exchange = "", routing_key = "celery" },
                priority = 0,
                body_encoding = "base64",
                delivery_tag = Call.Properties.DeliveryTag,
            },
        }).Length;
    }
}
