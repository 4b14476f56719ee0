using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Overlap.Samples.Tests;

/// <summary>A web site on loopback for the samples, and a port beside it where nobody answers.</summary>
/// <remarks><c>/page/N</c> is a page, large for even numbers; <c>/missing</c> is not found; <c>/silent</c> never answers.</remarks>
public sealed class SampleSite : IAsyncLifetime
{
    // Bound and never listening: every connection to it is refused, and nobody else can take the port.
    private readonly Socket _nobody = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly WebApplication _application;

    public SampleSite()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _application = builder.Build();
        _application.Run(AnswerAsync);
        _nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
    }

    /// <summary>Where the site answers, without a slash at the end.</summary>
    public string Address { get; private set; } = "";

    /// <summary>Where connections are refused.</summary>
    public string NobodyAddress => $"http://{_nobody.LocalEndPoint}";

    public async ValueTask InitializeAsync()
    {
        await _application.StartAsync(TestContext.Current.CancellationToken);
        Address = _application.Urls.Single();
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _nobody.Dispose();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (path == "/silent")
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (path.StartsWith("/page/", StringComparison.Ordinal))
        {
            bool large = (path[^1] & 1) == 0;
            string head = $"<html><head><title>Page</title><style>p {{ color: red }}</style></head><body><p>Page &amp; number {path[6..]}.</p>\n";
            const string Tail = "</body></html>";
            context.Response.ContentType = "text/html";
            await context.Response.WriteAsync(head.PadRight((large ? 10_966 : 276) - Tail.Length) + Tail);
        }
        else
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
