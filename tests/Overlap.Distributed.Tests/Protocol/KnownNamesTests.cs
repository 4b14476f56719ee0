using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class KnownNamesTests
{
    public static TheoryData<string> NamesOfCalls =>
    [
        .. EnvelopeCodec.Read(GoldenVectors.Messages[0].Raw, ProtocolLimits.Default).Headers.Select(header => header.Key),
        "body", "headers", "properties", "content-type", "content-encoding", "correlation_id", "reply_to", "delivery_mode", "delivery_info",
        "exchange", "routing_key", "priority", "body_encoding", "delivery_tag", "callbacks", "errbacks", "chain", "chord",
    ];

    [Theory]
    [MemberData(nameof(NamesOfCalls))]
    public void Find_NameOfEveryCall_IsNotMadeAnew(string name)
    {
        string? found = KnownNames.Find(Encoding.ASCII.GetBytes(name));

        Assert.Equal(name, found);
        Assert.Same(found, KnownNames.Find(Encoding.ASCII.GetBytes(name)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("own")]
    [InlineData("Task")]
    [InlineData("a_name_that_is_longer_than_any_known_one")]
    public void Find_AnyOther_IsNone(string name) => Assert.Null(KnownNames.Find(Encoding.ASCII.GetBytes(name)));
}
