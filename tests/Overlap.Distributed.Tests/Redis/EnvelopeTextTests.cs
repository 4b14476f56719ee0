using System.Text;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;

namespace Overlap.Distributed.Tests.Redis;

public sealed class EnvelopeTextTests
{
    public static TheoryData<int> Captured { get; } = [.. GoldenVectors.Places(GoldenVectors.Messages.Count)];

    [Theory]
    [MemberData(nameof(Captured))]
    public void WithLost_CapturedMessage_IsTheSameWithOneHeaderMore(int place)
    {
        byte[] raw = GoldenVectors.Messages[place].Raw;
        WireMessage message = EnvelopeCodec.Read(raw, ProtocolLimits.Default);
        byte[] marked = EnvelopeText.WithLost(raw, message, 1);
        WireMessage read = EnvelopeCodec.Read(marked, ProtocolLimits.Default);
        Assert.Equal(1, EnvelopeText.LostOf(read));
        Assert.Equal(message.Headers, read.Headers.Without(EnvelopeText.LostHeader));
        Assert.Equal(message.Properties, read.Properties);
        Assert.Equal(message.Body.ToArray(), read.Body.ToArray());
        byte[] again = EnvelopeText.WithLost(marked, read, 2);
        Assert.Equal(2, EnvelopeText.LostOf(EnvelopeCodec.Read(again, ProtocolLimits.Default)));
    }

    [Theory]
    [MemberData(nameof(Captured))]
    public void TryUnwrap_Wrapped_GivesTheEnvelopeAsItWas(int place)
    {
        byte[] raw = GoldenVectors.Messages[place].Raw;
        byte[] wrapped = EnvelopeText.Wrap(raw, "que\"ue \u00e9");
        Assert.True(EnvelopeText.TryUnwrap(wrapped, out ReadOnlyMemory<byte> envelope, out string exchange, out string routingKey));
        Assert.Equal(raw, envelope.ToArray());
        Assert.Equal(("", "que\"ue \u00e9"), (exchange, routingKey));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("{}")]
    [InlineData("[{}, \"\"]")]
    [InlineData("[{}, \"\", \"\"]")]
    [InlineData("[{}, \"\", \"q\"")]
    [InlineData("[{\"a\": \"unclosed}, \"\", \"q\"]")]
    [InlineData("[{}, 1, 2]")]
    public void TryUnwrap_AnotherForm_IsRefused(string text) => Assert.False(EnvelopeText.TryUnwrap(Encoding.UTF8.GetBytes(text), out _, out _, out _));

    [Theory]
    [InlineData("{\"headers\": {}}", 13, true)]
    [InlineData("{\"body\": \"\\\"headers\\\": {\", \"headers\":{\"a\": 1}}", 38, false)]
    [InlineData("{\"properties\": {\"headers\": {}}, \"headers\": { }}", 44, true)]
    public void TryFindHeaders_Envelope_FindsThemWhereTheyAre(string text, int place, bool isEmpty)
    {
        Assert.True(EnvelopeText.TryFindHeaders(Encoding.UTF8.GetBytes(text), out int at, out bool empty));
        Assert.Equal((place, isEmpty), (at, empty));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"headers\": null}")]
    [InlineData("{\"headers\": [")]
    [InlineData("[]")]
    [InlineData("{\"a\": \"unclosed")]
    public void TryFindHeaders_None_SaysSo(string text) => Assert.False(EnvelopeText.TryFindHeaders(Encoding.UTF8.GetBytes(text), out _, out _));

    [Fact]
    public void LeaseOf_OwnTag_IsTheLeaseOfItsHolder() =>
        Assert.Equal(TimeSpan.FromSeconds(61.5), HoldTag.LeaseOf(HoldTag.Make("a~b~c", TimeSpan.FromSeconds(61.5), "consumer", 7)));

    [Theory]
    [InlineData("5c6ff4d4-714f-4bea-8b61-7b6ce562bc80")]
    [InlineData("~")]
    [InlineData("a~b")]
    [InlineData("a~-5~b")]
    [InlineData("a~x~b.1")]
    public void LeaseOf_TagOfAnother_IsNone(string tag) => Assert.Null(HoldTag.LeaseOf(tag));

    [Fact]
    public void DeferredMember_Written_IsReadAsItWas()
    {
        byte[] member = DeferredMember.Make("ta\ng", "celery\x06\x163", "{\n}"u8);
        Assert.True(DeferredMember.TryRead(member, out string bucket, out ReadOnlyMemory<byte> envelope));
        Assert.Equal(("celery\x06\x163", "{\n}"), (bucket, Encoding.UTF8.GetString(envelope.Span)));
        Assert.False(DeferredMember.TryRead("of another"u8.ToArray(), out _, out _));
    }
}
