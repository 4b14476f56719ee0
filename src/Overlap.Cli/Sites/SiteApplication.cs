using System.Globalization;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Overlap.Cli.Sites;

/// <summary>Answers the site's requests.</summary>
/// <remarks>The context is Kestrel's own features: no object is made per request.</remarks>
internal sealed class SiteApplication : IHttpApplication<IFeatureCollection>, IDisposable
{
    private const int ChunkBytes = 64 * 1024;

    private static readonly StringValues Html = "text/html; charset=utf-8";
    private static readonly StringValues Bytes = "bytes";
    private static readonly StringValues OneSecond = "1";

    // Any day will do; it must not change between runs, or a resumed download would start again.
    private static readonly StringValues LastModified = "Thu, 01 Jan 2026 00:00:00 GMT";

    private readonly SiteOptions _options;
    private readonly DelayLine? _delays;
    private readonly RequestAllowance? _allowance;
    private readonly SemaphoreSlim? _places;
    private readonly byte[]? _chunk;
    private long _requests;

    public SiteApplication(SiteOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _delays = options.Delay > TimeSpan.Zero ? new DelayLine(options.Delay, timeProvider) : null;
        _allowance = options.TooManyPerSecond is { } rate ? new RequestAllowance(rate, timeProvider) : null;
        _places = options.AtATime is { } places ? new SemaphoreSlim(places) : null;
        _chunk = options.Size is { } size ? PageContent.Compose((int)Math.Min(size, ChunkBytes)) : null;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        long number = Interlocked.Increment(ref _requests) - 1;
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        if (_allowance?.TryTake() == false)
        {
            response.StatusCode = StatusCodes.Status429TooManyRequests;
            response.Headers.RetryAfter = OneSecond;
            response.Headers.ContentLength = 0;
            return Task.CompletedTask;
        }

        return _places is not null ? AnswerInTurnAsync(_places, context, response, number)
            : _delays is not null ? AnswerLaterAsync(_delays, context, response, number)
            : Answer(context, response, number);
    }

    public void Dispose()
    {
        _delays?.Dispose();
        _places?.Dispose();
    }

    private async Task AnswerInTurnAsync(SemaphoreSlim places, IFeatureCollection context, IHttpResponseFeature response, long number)
    {
        await places.WaitAsync();
        try
        {
            await (_delays is null ? Answer(context, response, number) : AnswerLaterAsync(_delays, context, response, number));
        }
        finally
        {
            places.Release();
        }
    }

    private async Task AnswerLaterAsync(DelayLine delays, IFeatureCollection context, IHttpResponseFeature response, long number)
    {
        await delays.WaitAsync();
        await Answer(context, response, number);
    }

    private Task Answer(IFeatureCollection context, IHttpResponseFeature response, long number)
    {
        if (Fails(number))
        {
            response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            response.Headers.ContentLength = 0;
            return Task.CompletedTask;
        }

        IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
        if (request.Method is not ("GET" or "HEAD"))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = "GET, HEAD";
            response.Headers.ContentLength = 0;
            return Task.CompletedTask;
        }

        byte[] page = _chunk ?? PageContent.Of(request.Path);
        long length = _options.Size ?? page.Length;
        ByteRange range = ByteRange.Of(request.Headers, length, EntityTagOf(length));
        IHeaderDictionary headers = response.Headers;
        headers.ContentType = Html;
        headers.AcceptRanges = Bytes;
        headers.ETag = EntityTagOf(length);
        headers.LastModified = LastModified;
        headers.ContentLength = range.Length;
        if (range.IsPartial)
        {
            response.StatusCode = range.IsSatisfiable ? StatusCodes.Status206PartialContent : StatusCodes.Status416RangeNotSatisfiable;
            headers.ContentRange = range.IsSatisfiable ? $"bytes {range.Start}-{range.Start + range.Length - 1}/{length}" : $"bytes */{length}";
        }

        if (request.Method == "HEAD" || range.Length == 0)
        {
            return Task.CompletedTask;
        }

        IHttpResponseBodyFeature body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        return range.Start + range.Length <= page.Length
            ? WriteAsync(body.Writer, page.AsMemory((int)range.Start, (int)range.Length))
            : WriteRepeatedAsync(body.Writer, page, range.Start, range.Length);
    }

    private static Task WriteAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes)
    {
        ValueTask<FlushResult> flush = writer.WriteAsync(bytes);
        return flush.IsCompletedSuccessfully ? Task.CompletedTask : flush.AsTask();
    }

    /// <summary>Writes a page that is larger than what is kept of it: the kept bytes, over and over.</summary>
    private static async Task WriteRepeatedAsync(PipeWriter writer, byte[] page, long start, long length)
    {
        while (length > 0)
        {
            int from = (int)(start % page.Length);
            int count = (int)Math.Min(length, page.Length - from);
            FlushResult flushed = await writer.WriteAsync(page.AsMemory(from, count));
            if (flushed.IsCompleted || flushed.IsCanceled)
            {
                return;
            }

            start += count;
            length -= count;
        }
    }

    /// <summary>Spreads the failures evenly: after n requests their number is n times the share, to within one.</summary>
    private bool Fails(long number)
    {
        if (_options.FailShare <= 0)
        {
            return false;
        }

        long shifted = number + _options.Seed;
        return Math.Floor((shifted + 1) * _options.FailShare) > Math.Floor(shifted * _options.FailShare);
    }

    private static string EntityTagOf(long length) => string.Create(CultureInfo.InvariantCulture, $"\"{length:x}\"");
}
