using System.Net;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Overlap.Cli.Sites;

/// <summary>A web site on loopback that is slow, unreliable or strict to order.</summary>
/// <remarks>Kestrel on its own: without the generic host it listens a few milliseconds after the start of the program.</remarks>
internal sealed class TestSite : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly SiteApplication _application;

    private TestSite(KestrelServer server, SiteApplication application, Uri address)
    {
        _server = server;
        _application = application;
        Address = address;
    }

    /// <summary>Where it answers, such as <c>http://127.0.0.1:4711/</c>.</summary>
    public Uri Address { get; }

    /// <summary>Starts a site.</summary>
    /// <exception cref="IOException">The port cannot be had.</exception>
    public static async Task<TestSite> StartAsync(SiteOptions options, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        KestrelServerOptions kestrel = new()
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
        };
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxConcurrentConnections = null;
        kestrel.Listen(IPAddress.Loopback, options.Port, static listen => listen.Protocols = HttpProtocols.Http1);
        SocketTransportOptions sockets = new()
        {
            Backlog = 4096,
        };
        KestrelServer server = new(
            Options.Create(kestrel),
            new SocketTransportFactory(Options.Create(sockets), NullLoggerFactory.Instance),
            NullLoggerFactory.Instance);
        SiteApplication application = new(options, timeProvider);
        try
        {
            await server.StartAsync(application, cancellationToken);
            return new TestSite(server, application, AddressOf(server.Features));
        }
        catch
        {
            application.Dispose();
            server.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // An already cancelled token: open connections are cut, nobody is waited for.
        await _server.StopAsync(new CancellationToken(canceled: true));
        _server.Dispose();
        _application.Dispose();
    }

    private static Uri AddressOf(IFeatureCollection features) =>
        new(features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
}
