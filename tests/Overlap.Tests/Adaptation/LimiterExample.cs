using System.Net;
using System.Net.Http.Headers;
using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

/// <summary>What docs/executors/auto.md shows.</summary>
public sealed class LimiterExample
{
    [Fact]
    public async Task EnterAsync_AnswerIsTooManyRequests_ThereAreFewerPermits()
    {
        using HttpClient client = new(new RefusingHandler());
        await using AdaptiveLimiter limiter = new(new AdaptiveLimiterOptions { Adaptive = new AdaptiveOptions { Start = 8 } });
        await GetAsync(client, limiter, new Uri("http://localhost/"), TestContext.Current.CancellationToken);
        Assert.Equal(4, limiter.GetStatus().Limit);
    }

    private static async Task GetAsync(HttpClient client, AdaptiveLimiter limiter, Uri address, CancellationToken cancellationToken)
    {
        // snippet
        using AdaptiveLease lease = await limiter.EnterAsync(cancellationToken);
        using HttpResponseMessage response = await client.GetAsync(address, cancellationToken);
        if (response.StatusCode == HttpStatusCode.TooManyRequests)
        {
            lease.ReportOverload(response.Headers.RetryAfter?.Delta);
        }
        // end snippet
    }

    private sealed class RefusingHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests) { Headers = { RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(1)) } });
    }
}
