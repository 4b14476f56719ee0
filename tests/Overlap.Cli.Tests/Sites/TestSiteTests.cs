using System.Net;
using System.Net.Http.Headers;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Sites;

public sealed class TestSiteTests
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("0", 10_966)]
    [InlineData("1", 276)]
    [InlineData("158", 10_966)]
    [InlineData("some/other/path.html", 10_966)]
    public async Task Get_Page_HasTheClassicSize(string path, int bytes)
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options);
        using HttpClient client = new();

        byte[] page = await client.GetByteArrayAsync(new Uri(site.Address + path), Cancellation);

        Assert.Equal(bytes, page.Length);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(200_000)]
    public async Task Get_SizeGiven_EveryPageHasIt(int bytes)
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(options => options with { Size = bytes });
        using HttpClient client = new();

        Assert.Equal(bytes, (await client.GetByteArrayAsync(new Uri(site.Address), Cancellation)).Length);
    }

    [Theory]
    [InlineData(0L, 99L)]
    [InlineData(60_000L, 199_999L)]
    [InlineData(199_999L, null)]
    [InlineData(null, 70_000L)]
    public async Task Get_Range_GivesThatPartOfThePage(long? from, long? to)
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options with { Size = 200_000 });
        using HttpClient client = new();
        byte[] whole = await client.GetByteArrayAsync(new Uri(site.Address), Cancellation);
        using HttpRequestMessage request = new(HttpMethod.Get, site.Address) { Headers = { Range = new RangeHeaderValue(from, to) } };

        using HttpResponseMessage response = await client.SendAsync(request, Cancellation);

        byte[] expected = from is null ? whole[^(int)to!.Value..] : whole[(int)from.Value..(int)((to ?? 199_999) + 1)];
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Get_RangeBeyondTheEnd_Is416WithTheLength()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options);
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, site.Address + "1") { Headers = { Range = new RangeHeaderValue(276, null) } };

        using HttpResponseMessage response = await client.SendAsync(request, Cancellation);

        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, 276), (response.StatusCode, response.Content.Headers.ContentRange!.Length));
    }

    [Fact]
    public async Task Get_RangeOfAnotherVersion_GivesTheWholePage()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options);
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Get, site.Address + "1")
        {
            Headers = { Range = new RangeHeaderValue(10, null), IfRange = new RangeConditionHeaderValue("\"other\"") },
        };

        using HttpResponseMessage response = await client.SendAsync(request, Cancellation);

        Assert.Equal((HttpStatusCode.OK, 276L), (response.StatusCode, response.Content.Headers.ContentLength));
    }

    [Fact]
    public async Task Get_FailShare_IsExactAndEvenlySpread()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options with { FailShare = 0.25 });
        using HttpClient client = new();
        List<bool> failed = [];
        for (int i = 0; i < 8; i++)
        {
            using HttpResponseMessage response = await client.GetAsync(new Uri(site.Address), Cancellation);
            failed.Add(response.StatusCode == HttpStatusCode.ServiceUnavailable);
        }

        Assert.Equal([false, false, false, true, false, false, false, true], failed);
    }

    [Fact]
    public async Task Get_TooManyRequests_Is429WithRetryAfter()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options with { TooManyPerSecond = 0.001 });
        using HttpClient client = new();
        using HttpResponseMessage first = await client.GetAsync(new Uri(site.Address), Cancellation);

        using HttpResponseMessage second = await client.GetAsync(new Uri(site.Address), Cancellation);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.TooManyRequests), (first.StatusCode, second.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(1), second.Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task Head_Page_HasLengthAndTagButNoBody()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options);
        using HttpClient client = new();
        using HttpRequestMessage request = new(HttpMethod.Head, site.Address + "0");

        using HttpResponseMessage response = await client.SendAsync(request, Cancellation);

        Assert.Equal(10_966, response.Content.Headers.ContentLength);
        Assert.False(response.Headers.ETag!.IsWeak);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Post_Anything_Is405()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options);
        using HttpClient client = new();

        using HttpResponseMessage response = await client.PostAsync(new Uri(site.Address), null, Cancellation);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Fact]
    public async Task Get_AtATimeGiven_OthersWaitTheirTurnAndAllAreAnswered()
    {
        TimeSpan delay = TimeSpan.FromMilliseconds(20);
        await using TestSiteOf site = await TestSiteOf.StartAsync(options => options with { AtATime = 2, Delay = delay });
        using HttpClient client = new();
        long from = TimeProvider.System.GetTimestamp();

        byte[][] pages = await Task.WhenAll(Enumerable.Range(0, 10).Select(n => client.GetByteArrayAsync(new Uri($"{site.Address}{n}"), Cancellation)));

        Assert.Equal(10, pages.Length);

        // Five turns of two; a delay is never shorter than asked for.
        Assert.True(TimeProvider.System.GetElapsedTime(from) >= 5 * delay);
    }
}
