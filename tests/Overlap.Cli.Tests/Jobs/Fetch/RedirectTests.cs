using System.Net;
using System.Net.Sockets;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Distributed.Tests.Redis;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

public sealed class RedirectTests
{
    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    public async Task Fetch_Redirects_KeepTheNameOfTheList(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Answering(
            To("/..%2f..%2fcanary"), HostileServer.Ok("x", "Content-Disposition: attachment; filename=\"../../canary\"; filename*=UTF-8''%2e%2e%2fcanary\r\n"));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()), model);

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.Equal(["file.txt"], bed.Names);
    }

    [Theory]
    [InlineData("file:///etc/passwd", "the scheme file")]
    [InlineData("ftp://127.0.0.1/x", "the scheme ftp")]
    [InlineData("data:text/plain,x", "the scheme data")]
    [InlineData("javascript:alert(1)", "the scheme javascript")]
    [InlineData("http://", "Location")]
    [InlineData("", "Location")]
    public async Task Fetch_RedirectToWhatIsNotHttp_IsRefused(string location, string reason)
    {
        await using HostileServer server = HostileServer.Answering(To(location));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal((FailureKind.Redirect, 1), (result.ErrorKind, result.Attempts));
        Assert.Contains(reason, result.Message);
        Assert.Empty(bed.Names);
    }

    [Fact]
    public async Task Fetch_RedirectLoop_EndsAtTheCap()
    {
        await using HostileServer server = HostileServer.Answering(To("/file.txt"));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()));

        Assert.Equal(FailureKind.Redirect, result.ErrorKind);
        Assert.Equal(11, server.Requests.Count);
        Assert.Contains("more than 10 redirects", result.Message);
    }

    [Theory]
    [InlineData(20, true)]
    [InlineData(21, false)]
    public async Task Fetch_ManyHops_AreCountedExactly(int hops, bool succeeds)
    {
        await using HostileServer server = HostileServer.Answering(
            [.. Enumerable.Range(1, hops).Select(n => To($"/hop{n}")), HostileServer.Ok("x")]);
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options(server.Url()) with { MaxRedirects = 20 });

        Assert.Equal(succeeds, result.Status == ItemStatus.Succeeded);
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    public async Task Fetch_RedirectToAnotherHost_DropsCredentialsAndHeaders(ExecutionModel model)
    {
        await using HostileServer other = HostileServer.Answering(HostileServer.Ok("x"));
        await using HostileServer server = HostileServer.Answering(To(other.Url("/there").Replace("http://", "http://made:up@", StringComparison.Ordinal)));
        using DownloadBed bed = new();
        string url = server.Url().Replace("http://", "http://user:hunter2@", StringComparison.Ordinal);

        ItemResult result = await bed.FetchOneAsync(bed.Options(url) with { Headers = [new RequestHeader("X-Key", "hunter2")] }, model);

        Assert.Equal(ItemStatus.Succeeded, result.Status);
        Assert.Contains("Authorization: Basic dXNlcjpodW50ZXIy", server.Requests.First());
        Assert.Contains("X-Key: hunter2", server.Requests.First());
        Assert.DoesNotContain("Authorization", other.Requests.First());
        Assert.DoesNotContain("X-Key", other.Requests.First());
        Assert.DoesNotContain("hunter2", result.Item);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://[::1]:1/x")]
    [InlineData("http://2130706433:1/x")]
    [InlineData("http://[::ffff:10.0.0.1]/x")]
    [InlineData("http://private.example/x")]
    public async Task Fetch_DenyPrivate_RefusesWhereTheRedirectLeads(string location)
    {
        // The first name is public by the test's resolver, and its connection is the server's.
        using DownloadBed bed = new();
        FetchOptions options = bed.Options(location) with { DenyPrivate = true };

        ItemResult result = Assert.Single(await bed.FetchAsync(options, resolve: (_, _) => Task.FromResult(new[] { IPAddress.Parse("10.1.2.3") })));

        Assert.Equal((FailureKind.RefusedPrivate, 1), (result.ErrorKind, result.Attempts));
        Assert.Empty(bed.Names);
    }

    [Theory]
    [InlineData("1.1.1.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.168.1.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::ffff:1.1.1.1", true)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("64:ff9b::10.0.0.1", false)]
    [InlineData("64:ff9b::1.1.1.1", true)]
    [InlineData("2002:0a00:0001::", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("ff02::1", false)]
    public void IsPublic_EveryKind_IsToldApart(string address, bool expected) =>
        Assert.Equal(expected, AddressPolicy.IsPublic(IPAddress.Parse(address)));

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    public async Task Fetch_NameUnknown_FailsAtOnce(ExecutionModel model)
    {
        using DownloadBed bed = new();

        ItemResult result = Assert.Single(await bed.FetchAsync(
            bed.Options("http://nowhere.invalid/x"), model, resolve: (_, _) => Task.FromException<IPAddress[]>(new SocketException((int)SocketError.HostNotFound))));

        Assert.Equal((FailureKind.Dns, 1), (result.ErrorKind, result.Attempts));
    }

    [Fact]
    public async Task Fetch_NameForNowUnknown_TriesAgain()
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        int lookups = 0;

        ItemResult result = Assert.Single(await bed.FetchAsync(
            bed.Options($"http://some.example:{server.Port}/x"),
            resolve: (_, _) => Interlocked.Increment(ref lookups) == 1
                ? Task.FromException<IPAddress[]>(new SocketException((int)SocketError.TryAgain))
                : Task.FromResult(new[] { IPAddress.Loopback })));

        Assert.Equal((ItemStatus.Succeeded, 2), (result.Status, result.Attempts));
    }

    [Theory]
    [InlineData(ExecutionModel.Async)]
    [InlineData(ExecutionModel.Inline)]
    public async Task Fetch_FirstAddressRefuses_TakesTheNext(ExecutionModel model)
    {
        await using HostileServer server = HostileServer.Answering(HostileServer.Ok("x"));
        using DownloadBed bed = new();
        IPAddress[] addresses = [IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback, IPAddress.Loopback];

        ItemResult result = Assert.Single(await bed.FetchAsync(
            bed.Options($"http://some.example:{server.Port}/x"), model, resolve: (_, _) => Task.FromResult(addresses)));

        Assert.Equal(ItemStatus.Succeeded, result.Status);
    }

    [Fact]
    public async Task Fetch_HundredDeadAddresses_GivesUpAfterEight()
    {
        using DownloadBed bed = new();
        using ReservedPort nobody = new();
        IPAddress[] addresses = [.. Enumerable.Range(2, 100).Select(n => IPAddress.Parse($"127.0.0.{n}"))];

        ItemResult result = Assert.Single(await bed.FetchAsync(
            bed.Options($"http://some.example:{nobody.Number}/x") with { Retries = 1 }, resolve: (_, _) => Task.FromResult(addresses)));

        Assert.Equal((FailureKind.Connect, 2), (result.ErrorKind, result.Attempts));
    }

    private static string To(string location) => $"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}
