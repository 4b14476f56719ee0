using System.Net;
using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

public sealed class OverloadTests
{
    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.ServiceUnavailable, true)]
    [InlineData(HttpStatusCode.NotFound, false)]
    [InlineData(HttpStatusCode.InternalServerError, false)]
    public void IsKnown_HttpStatus_OnlyRefusals(HttpStatusCode status, bool expected)
    {
        Assert.Equal(expected, Overload.IsKnown(new HttpRequestException("x", null, status)));
        Assert.Equal(expected, Overload.IsKnown(new InvalidOperationException("y", new HttpRequestException("x", null, status))));
    }

    [Fact]
    public void IsKnown_AnyOtherFailure_No() => Assert.False(Overload.IsKnown(new TimeoutException()));
}
