using Overlap.Cli.Sites;

namespace Overlap.Cli.Tests.Commands;

/// <summary>A test site for one test.</summary>
internal sealed class TestSiteOf : IAsyncDisposable
{
    private readonly TestSite _site;

    private TestSiteOf(TestSite site) => _site = site;

    public string Address => _site.Address.ToString();

    public static async Task<TestSiteOf> StartAsync(Func<SiteOptions, SiteOptions> change) =>
        new(await TestSite.StartAsync(change(new SiteOptions()), TimeProvider.System, TestContext.Current.CancellationToken));

    public ValueTask DisposeAsync() => _site.DisposeAsync();
}
