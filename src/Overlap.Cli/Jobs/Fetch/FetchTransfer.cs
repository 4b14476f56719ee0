using System.Buffers;
using System.Net;
using System.Net.Http.Headers;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>One download: asks for the body or for the rest of it, and makes a file of it.</summary>
internal sealed class FetchTransfer : Transfer
{
    private readonly TargetFolder _folder;
    private readonly FetchOptions _options;
    private bool _mayResume;
    private long? _presentLength;
    private PartFile? _part;
    private ResumeRecord? _record;

    public FetchTransfer(TransferEngine engine, HttpTransport transport, FetchItem item, ItemClock clock, TargetFolder folder, FetchOptions options)
        : base(engine, transport, item, clock)
    {
        _folder = folder;
        _options = options;
        FileName = item.Name;
    }

    /// <summary>The name of the file.</summary>
    public string FileName { get; private set; }

    /// <summary>Why there is nothing to do, or <see langword="null"/>.</summary>
    public string? SkipReason { get; private set; }

    /// <summary>Whether a part of an earlier attempt or run was used.</summary>
    public bool Resumed { get; private set; }

    /// <summary>The length of the file.</summary>
    public long FileLength { get; private set; }

    /// <summary>Looks at what is in the folder under the name.</summary>
    /// <returns>Why the name cannot be used, or <see langword="null"/>.</returns>
    public FetchFailure? Prepare()
    {
        _mayResume = _options.Existing is ExistingFile.Skip or ExistingFile.Resume && MayContain(FileName + ResumeRecord.Suffix);
        if (!MayContain(FileName))
        {
            return null;
        }

        (FileKind kind, long length) = _folder.Inspect(FileName);
        switch (kind)
        {
            case FileKind.None:
                return null;
            case FileKind.Regular when _options.Existing == ExistingFile.Skip:
                SkipReason = $"{FileName} is already there";
                return null;
            case FileKind.Regular when _options.Existing == ExistingFile.Rename:
                FileName = FreeName();
                return null;
            case FileKind.Regular:
                _presentLength = length;
                return null;
            default:
                string what = kind switch
                {
                    FileKind.Folder => "a folder",
                    FileKind.SymbolicLink => "a symbolic link",
                    _ => "a pipe, socket or device",
                };
                return new FetchFailure(FailureKind.RefusedTarget, $"{FileName} is {what} and is not replaced");
        }
    }

    /// <inheritdoc/>
    protected override HttpRequestMessage NewRequest(Uri uri)
    {
        HttpRequestMessage request = NewRequest(HttpMethod.Get, uri);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", _options.Compressed ? "gzip, deflate, br" : "identity");
        ClosePart();
        if (_mayResume && ResumeRecord.Read(_folder, FileName) is { } record && record.Key == UrlText.Key(Item.Uri!))
        {
            _part = PartFile.OpenExisting(_folder, FileName);
            if (_part is { Length: > 0 })
            {
                _record = record;
                request.Headers.Range = new RangeHeaderValue(_part.Length, null);
                request.Headers.TryAddWithoutValidation("If-Range", record.Validator);
            }
        }

        return request;
    }

    /// <inheritdoc/>
    protected override async ValueTask<FetchFailure?> ReceiveAsync(HttpResponseMessage response)
    {
        try
        {
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && _record is not null)
            {
                return FinishOrRestart(response);
            }

            if (!response.IsSuccessStatusCode)
            {
                return StatusFailure(response);
            }

            if (response.StatusCode == HttpStatusCode.PartialContent)
            {
                if (_record is null || !Continues(response))
                {
                    return Restart("the server sent another part than the one asked for");
                }

                Resumed = true;
            }
            else if (_record is not null)
            {
                // It has changed, or the server cannot continue: everything comes anew.
                _part!.Clear();
                _record = null;
            }

            if (_presentLength is { } present && _options.Existing == ExistingFile.Resume && response.Content.Headers.ContentLength == present)
            {
                SkipReason = $"{FileName} is already there with {present:N0} bytes";
                return null;
            }

            return await StoreAsync(response);
        }
        finally
        {
            ClosePart();
        }
    }

    private async ValueTask<FetchFailure?> StoreAsync(HttpResponseMessage response)
    {
        using BodyReader body = new(response, _part?.Length ?? 0, IsBlocking, Options, Clock, ReadAsync);
        bool needsRecord = _record is null;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(body.SuitableBuffer);
        try
        {
            do
            {
                int filled = await body.FillAsync(buffer);
                _part ??= PartFile.Create(_folder, FileName);
                if (needsRecord && !body.Ended && ResumeRecord.From(UrlText.Key(Item.Uri!), response) is { } record)
                {
                    _part.Keep(record);
                    _mayResume = true;
                }

                needsRecord = false;
                _part.Write(buffer.AsSpan(0, filled));
            }
            while (!body.Ended);
        }
        catch (FetchException)
        {
            // The body itself is at fault: the rest of it would not help.
            _part?.Discard();
            throw;
        }
        finally
        {
            BytesReceived += body.Received;
            ArrayPool<byte>.Shared.Return(buffer);
        }

        return Commit();
    }

    private FetchFailure? Commit()
    {
        FileLength = _part!.Length;
        bool replace = _presentLength is not null;
        if (_part.Commit(FileName, replace))
        {
            return null;
        }

        if (_options.Existing == ExistingFile.Overwrite && _folder.Inspect(FileName).Kind == FileKind.Regular && _part.Commit(FileName, replace: true))
        {
            return null;
        }

        _part.Discard();
        return new FetchFailure(FailureKind.Exists, $"{FileName} appeared in the folder meanwhile and is not replaced");
    }

    private FetchFailure? FinishOrRestart(HttpResponseMessage response)
    {
        // All bytes had come, only the name was missing; or the resource is shorter than what we hold.
        long? whole = response.Content.Headers.ContentRange?.Length;
        if (whole == _part!.Length && _record!.Length is null or > 0 && (_record!.Length ?? whole) == whole)
        {
            Resumed = true;
            return Commit();
        }

        return Restart("the partial file does not fit what the server has");
    }

    private FetchFailure Restart(string reason)
    {
        _part?.Discard();
        _mayResume = false;
        return new FetchFailure(FailureKind.Protocol, reason, CanRetry: true);
    }

    private bool Continues(HttpResponseMessage response)
    {
        HttpContentHeaders headers = response.Content.Headers;
        ContentRangeHeaderValue? range = headers.ContentRange;
        long start = _part!.Length;
        bool asked = range is { HasRange: true, Unit: "bytes" }
            && range.From == start
            && (range.Length ?? _record!.Length ?? range.To + 1) == range.To + 1
            && (_record!.Length ?? range.To + 1) == range.To + 1
            && (headers.ContentLength ?? range.To - start + 1) == range.To - start + 1
            && headers.ContentEncoding.Count == 0;

        // A server that ignores If-Range shows it by what it says of the part.
        bool unchanged = _record!.Validator.StartsWith('"')
            ? response.Headers.ETag is null || response.Headers.ETag.ToString() == _record.Validator
            : headers.LastModified is null || headers.LastModified.Value.ToString("r") == _record.Validator;
        return asked && unchanged;
    }

    private bool MayContain(string name) => Item.Again || _folder.MayContain(name);

    private string FreeName()
    {
        for (int number = 2; number < 100_000; number++)
        {
            string name = SafeName.Append(Item.Name, $"-{number}");
            if (_folder.Inspect(name).Kind == FileKind.None)
            {
                return name;
            }
        }

        return Item.Name;
    }

    private void ClosePart()
    {
        _part?.Dispose();
        _part = null;
        _record = null;
    }
}
