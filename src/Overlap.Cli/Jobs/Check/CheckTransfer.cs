using System.Buffers;
using System.Net;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Jobs.Check;

/// <summary>One check: asks for the headers, and for the body only where a server knows no other way.</summary>
internal sealed class CheckTransfer : Transfer
{
    private const int MaxBodyBytes = 64 * 1024;

    private readonly StatusSet _accept;
    private bool _needsGet;

    public CheckTransfer(TransferEngine engine, HttpTransport transport, FetchItem item, ItemClock clock, StatusSet accept)
        : base(engine, transport, item, clock) => _accept = accept;

    /// <summary>The length that the server told, or the bytes that were read.</summary>
    public long? Length { get; private set; }

    /// <inheritdoc/>
    protected override HttpRequestMessage NewRequest(Uri uri)
    {
        HttpRequestMessage request = NewRequest(_needsGet ? HttpMethod.Get : HttpMethod.Head, uri);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        return request;
    }

    /// <inheritdoc/>
    protected override async ValueTask<FetchFailure?> ReceiveAsync(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        if (!_needsGet && response.StatusCode is HttpStatusCode.Forbidden or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented)
        {
            // Many servers refuse HEAD where GET is well. Not an attempt more: it is the same question.
            _needsGet = true;
            return AskAgain;
        }

        Length = response.Content.Headers.ContentLength;
        if (_needsGet)
        {
            long read = await ReadSomeAsync(response);
            Length ??= read;
        }

        if (_accept.Contains(status))
        {
            return null;
        }

        FetchFailure failure = StatusFailure(response);
        return status < 400 ? failure with { Kind = FailureKind.NotAccepted, Message = $"{failure.Message} is not in --accept" } : failure;
    }

    private async ValueTask<long> ReadSomeAsync(HttpResponseMessage response)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxBodyBytes);
        try
        {
            await using Stream body = response.Content.ReadAsStream();
            int total = 0;
            int read;
            do
            {
                Clock.Arm();
                read = await ReadAsync(body, buffer.AsMemory(total, MaxBodyBytes - total));
                total += read;
            }
            while (read > 0 && total < MaxBodyBytes);
            BytesReceived += total;
            return total;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
