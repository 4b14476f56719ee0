using System.Collections.Immutable;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Tasks;

public sealed class SignatureTests
{
    [Fact]
    public void FromWire_WhatWasWritten_IsTheSame()
    {
        Signature signature = new("tasks.add", 2, 3)
        {
            Kwargs = new WireMap([new("c", 4)]),
            IsImmutable = true,
            SubtaskType = "chain",
            Others = new WireMap([new("chord_size", 3)]),
            Options = new CallOptions
            {
                TaskId = "id",
                RootId = "root",
                ParentId = "parent",
                GroupId = "group",
                GroupIndex = 2,
                Queue = "queue",
                ReplyTo = "reply",
                Priority = 3,
                Countdown = TimeSpan.FromSeconds(1.5),
                Eta = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero),
                Expires = new DateTimeOffset(2032, 2, 3, 4, 5, 6, TimeSpan.Zero),
                HardLimit = TimeSpan.FromSeconds(10),
                SoftLimit = TimeSpan.FromSeconds(5),
                IgnoresResult = true,
                Headers = new WireMap([new("h", 1)]),
                Content = ContentKind.MessagePack,
                IsCompressed = true,
                Shadow = "shadow",
                Callbacks = [new Signature("tasks.next").ToWire()],
                Errbacks = [new Signature("tasks.error").ToWire()],
                Chain = [new Signature("tasks.last").ToWire()],
                Chord = new Signature("tasks.body").ToWire(),
                Others = new WireMap([new("stamped_headers", ImmutableArray.Create<WireValue>("s"))]),
            },
        };

        Assert.Equal(signature.ToWire(), Signature.FromWire(signature.ToWire()).ToWire());
        Assert.Equal(23, signature.ToWire()["options"].AsMap().Count);
    }

    // A time that was not said was once written as 0, and the next step of each chain had expired before it came.
    [Fact]
    public void Constructor_DotNetValues_TravelAsTheirKinds()
    {
        DateTimeOffset moment = new(2031, 2, 3, 4, 5, 6, TimeSpan.FromHours(2));

        Assert.Equal(moment, new Signature("tasks.at", moment).Args[0].AsDateTime().ToDateTimeOffset());
    }

    [Fact]
    public void ToWire_NothingSaid_OptionsAreEmpty() => Assert.Equal(WireMap.Empty, new Signature("tasks.add").ToWire()["options"].AsMap());

    [Theory]
    [InlineData(1.5)]
    [InlineData(2)]
    public void ToWire_Countdown_IsReadAgain(double seconds)
    {
        Signature signature = new("tasks.add") { Options = new CallOptions { Countdown = TimeSpan.FromSeconds(seconds) } };

        Assert.Equal(TimeSpan.FromSeconds(seconds), Signature.FromWire(signature.ToWire()).Options.Countdown);
    }

    [Fact]
    public void FromWire_CeleryWritesIt_IsUnderstood()
    {
        WireMap map = PythonJson.Read(
            """{"task": "tasks.add", "args": [2], "kwargs": {}, "options": {"queue": "q", "expires": 30, "link": {"task": "n"}, "x": 1}, "subtask_type": null, "immutable": false}"""u8,
            ProtocolLimits.Default).AsMap();

        Signature signature = Signature.FromWire(map);

        Assert.Equal("q", signature.Options.Queue);
        Assert.Equal(TimeSpan.FromSeconds(30), signature.Options.ExpiresAfter);
        Assert.Single(signature.Options.Callbacks);
        Assert.Equal((WireValue)1, signature.Options.Others["x"]);
    }

    [Theory]
    [InlineData("""{"args": []}""")]
    [InlineData("""{"task": 1}""")]
    [InlineData("""{"task": "t", "args": 1}""")]
    [InlineData("""{"task": "t", "options": {"countdown": "soon"}}""")]
    [InlineData("""{"task": "t", "options": {"eta": 5}}""")]
    public void FromWire_IsNone_IsRefused(string json) => Assert.Throws<MessageFormatException>(
        () => Signature.FromWire(PythonJson.Read(System.Text.Encoding.UTF8.GetBytes(json), ProtocolLimits.Default).AsMap()));

    [Fact]
    public void WithResult_Mutable_ResultComesFirst() =>
        Assert.Equal([(WireValue)9, 2], new Signature("tasks.add", 2).WithResult(9).Args);

    [Fact]
    public void WithResult_Immutable_StaysAsItIs() =>
        Assert.Equal([(WireValue)2], (new Signature("tasks.add", 2) { IsImmutable = true }).WithResult(9).Args);
}
