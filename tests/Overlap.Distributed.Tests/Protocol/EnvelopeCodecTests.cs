using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class EnvelopeCodecTests
{
    private static readonly WireMessage Message = new()
    {
        Headers = new WireMap(KeyValuePair.Create<string, WireValue>("task", "t")),
        Properties = new MessageProperties
        {
            CorrelationId = "c",
            ReplyTo = "r",
            IsPersistent = false,
            Priority = 7,
            Expiration = TimeSpan.FromSeconds(1.5),
            Exchange = "e",
            RoutingKey = "k",
            DeliveryTag = "d",
            IsRedelivered = true,
            Others = new WireMap(KeyValuePair.Create<string, WireValue>("own", 1)),
        },
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = new byte[] { 1, 2, 3 },
    };

    [Fact]
    public void Write_EveryProperty_IsKombusEnvelope() => Assert.Equal(
        """
        {"body": "AQID", "content-encoding": "utf-8", "content-type": "application/json", "headers": {"task": "t", "redelivered": true}, "properties": {
        "correlation_id": "c", "reply_to": "r", "delivery_mode": 1, "expiration": "1500", "delivery_info": {
        "exchange": "e", "routing_key": "k", "redelivered": true}, "priority": 7, "body_encoding": "base64", "delivery_tag": "d", "own": 1}}
        """.Replace("\n", "", StringComparison.Ordinal),
        Encoding.UTF8.GetString(EnvelopeCodec.Write(Message)));

    [Fact]
    public void Read_WhatWasWritten_HasEveryProperty()
    {
        WireMessage read = EnvelopeCodec.Read(EnvelopeCodec.Write(Message), ProtocolLimits.Default);

        Assert.Equal(Message.Properties, read.Properties);
        Assert.Equal(Message.Headers.With("redelivered", true), read.Headers);
        Assert.Equal(Message.Body.ToArray(), read.Body.ToArray());
        Assert.Equal((Message.ContentType, Message.ContentEncoding), (read.ContentType, read.ContentEncoding));
    }

    [Fact]
    public void Write_TaggedHeader_IsTaggedAgain()
    {
        byte[] raw = """{"body": "", "headers": {"when": {"__type__": "date", "__value__": "2020-01-02"}, "much": NaN}}"""u8.ToArray();

        WireMessage again = EnvelopeCodec.Read(EnvelopeCodec.Write(EnvelopeCodec.Read(raw, ProtocolLimits.Default)), ProtocolLimits.Default);

        Assert.Equal("{'when': '2020-01-02', 'much': nan}", ((WireValue)again.Headers).ToString());
        Assert.Equal(WireKind.Date, again.Headers["when"].Kind);
    }

    [Fact]
    public void Write_OtherPropertyOfAKnownName_IsNotWrittenTwice()
    {
        WireMessage message = Message with
        {
            Properties = Message.Properties with { Others = new WireMap(KeyValuePair.Create<string, WireValue>("priority", 3)) },
        };

        Assert.Equal(7, EnvelopeCodec.Read(EnvelopeCodec.Write(message), ProtocolLimits.Default).Properties.Priority);
    }

    [Fact]
    public void Read_UnknownPartOfTheDestination_IsKept()
    {
        byte[] raw = """{"body": "", "properties": {"delivery_info": {"exchange": "e", "routing_key": "k", "own": 1}}}"""u8.ToArray();

        WireValue again = PythonJson.Read(EnvelopeCodec.Write(EnvelopeCodec.Read(raw, ProtocolLimits.Default)), ProtocolLimits.Default);

        Assert.Equal("{'exchange': 'e', 'routing_key': 'k', 'own': 1}", again.AsMap()["properties"].AsMap()["delivery_info"].ToString());
    }

    [Fact]
    public void Write_NothingSaid_WritesNoNameForIt() => Assert.Equal(
        ["delivery_mode", "delivery_info", "priority", "body_encoding", "delivery_tag"],
        PythonJson.Read(EnvelopeCodec.Write(new WireMessage()), ProtocolLimits.Default).AsMap()["properties"].AsMap().Select(entry => entry.Key));

    [Fact]
    public void Read_NothingButABody_HasDefaults()
    {
        WireMessage message = EnvelopeCodec.Read("""{"body": "plain \u00e9"}"""u8.ToArray(), ProtocolLimits.Default);

        Assert.Equal("plain \u00e9", Encoding.UTF8.GetString(message.Body.Span));
        Assert.Equal(new MessageProperties(), message.Properties);
        Assert.Null(message.ContentType);
    }

    [Theory]
    [InlineData("5", 5)]
    [InlineData("null", 0)]
    public void Read_Priority_IsAsSaid(string priority, int expected) =>
        Assert.Equal(expected, Read($$$"""{"body": "", "properties": {"priority": {{{priority}}}}}""").Properties.Priority);

    [Fact]
    public void Read_DeliveryTagThatIsANumber_IsAText() => Assert.Equal("17", Read("""{"body": "", "properties": {"delivery_tag": 17}}""").Properties.DeliveryTag);

    [Fact]
    public void Read_MarkedInTheHeadersOnly_IsRedelivered() => Assert.True(Read("""{"body": "", "headers": {"redelivered": true}}""").Properties.IsRedelivered);

    [Theory]
    [InlineData("[]", MessageDefect.Malformed)]
    [InlineData("{}", MessageDefect.Malformed)]
    [InlineData("""{"body": 5}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "headers": []}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "properties": 1}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "content-type": 1}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "properties": {"priority": "high"}}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "properties": {"priority": 5000000000}}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"body": "", "properties": {"delivery_info": []}}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "properties": {"expiration": "soon"}}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "properties": {"expiration": "9000000000000000000"}}""", MessageDefect.NumberOverflow)]
    [InlineData("""{"body": "AQ", "properties": {"body_encoding": "base64"}}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "", "properties": {"body_encoding": "rot13"}}""", MessageDefect.Malformed)]
    [InlineData("""{"body": "\ud800"}""", MessageDefect.InvalidUtf8)]
    [InlineData("""{"body": "", "body": ""}""", MessageDefect.DuplicateKey)]
    public void Read_NoEnvelope_SaysWhy(string json, MessageDefect expected) =>
        Assert.Equal(expected, Assert.Throws<MessageFormatException>(() => Read(json)).Defect);

    [Fact]
    public void Read_MoreHeadersThanAllowed_IsTooDeep()
    {
        string headers = string.Join(",", Enumerable.Range(0, ProtocolLimits.Default.Headers + 1).Select(number => $"\"h{number}\": 1"));

        Assert.Equal(MessageDefect.TooDeep, Assert.Throws<MessageFormatException>(() => Read($$$"""{"body": "", "headers": {{{{headers}}}}}""")).Defect);
    }

    private static WireMessage Read(string json) => EnvelopeCodec.Read(Encoding.UTF8.GetBytes(json), ProtocolLimits.Default);
}
