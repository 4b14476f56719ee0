using System.Net;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>A client: shared by all calls when they are asynchronous, owned by one worker when they block.</summary>
/// <remarks>
/// It is the base class of <c>HttpClient</c> over the same handler: no second timeout and no second set of headers.
/// No cookies, no credentials of the system, no trace headers to strangers, no redirects and no decompression: those are done by the engine, counted.
/// </remarks>
internal sealed class HttpTransport : IDisposable
{
    private const int MaxHeaderKibibytes = 256;

    private readonly HttpMessageInvoker _client;
    private AbortableStream? _inUse;

    /// <param name="options">Timeouts and limits.</param>
    /// <param name="connector">Opens the connections.</param>
    /// <param name="blocking">Whether the one user blocks.</param>
    public HttpTransport(TransferOptions options, Connector connector, bool blocking)
    {
        IsBlocking = blocking;
        SocketsHttpHandler handler = new()
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = options.ConnectTimeout,
            Credentials = null,
            EnableMultipleHttp2Connections = false,
            // No limit of connections here: the gates count, and a second count below them would only hide who waits.
            // A body that is not wanted is cheaper to hang up on than to read.
            MaxResponseDrainSize = 64 * 1024,
#pragma warning disable CA2262 // It is in kibibytes, and 256 of them are meant.
            MaxResponseHeadersLength = MaxHeaderKibibytes,
#pragma warning restore CA2262
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            ResponseDrainTimeout = TimeSpan.FromMilliseconds(500),
            UseCookies = false,
            UseProxy = options.UseProxy && !options.DenyPrivate,
        };
        handler.ConnectCallback = blocking
            ? (context, token) => new ValueTask<Stream>(new AbortableStream(connector.Connect(context.DnsEndPoint, token), this))
            : (context, token) => connector.ConnectAsync(context.DnsEndPoint, token);
        _client = new HttpMessageInvoker(handler);
    }

    /// <summary>Whether <see cref="SendAsync"/> blocks, and is complete on return.</summary>
    public bool IsBlocking { get; }

    /// <summary>Sends a request and reads the headers of its response; the body is still to be read.</summary>
    public ValueTask<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => IsBlocking
        ? new ValueTask<HttpResponseMessage>(_client.Send(request, cancellationToken))
        : new ValueTask<HttpResponseMessage>(_client.SendAsync(request, cancellationToken));

    /// <summary>Reads a part of a body.</summary>
    public ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!IsBlocking)
        {
            return body.ReadAsync(buffer, cancellationToken);
        }

        using (cancellationToken.UnsafeRegister(static state => ((HttpTransport)state!).Abort(), this))
        {
            return new ValueTask<int>(body.Read(buffer.Span));
        }
    }

    /// <summary>Notes the connection that the one blocking user reads or writes now.</summary>
    public void Use(AbortableStream stream)
    {
        if (_inUse != stream)
        {
            Volatile.Write(ref _inUse, stream);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private void Abort() => Volatile.Read(ref _inUse)?.Abort();
}
