using System.Globalization;
using System.Net;
using Overlap.Adaptation;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>One item on its way: its attempts, their redirects, their limits. What is asked and what is done with the answer is the subclass's.</summary>
/// <remarks>
/// Written once for both colours: with a blocking client every step is complete on return, and nothing leaves the thread.
/// The path of an item is drawn in README.md.
/// </remarks>
internal abstract class Transfer
{
    /// <summary>What <see cref="ReceiveAsync"/> returns when the same attempt must ask once more, in another way.</summary>
    protected static readonly FetchFailure AskAgain = new(FailureKind.Protocol, "the server wants another request", CanRetry: true);

    private readonly TransferEngine _engine;
    private readonly HttpTransport _transport;
    private long _retryWaitStartedAt = -1;

    protected Transfer(TransferEngine engine, HttpTransport transport, FetchItem item, ItemClock clock)
    {
        _engine = engine;
        _transport = transport;
        Item = item;
        Clock = clock;
    }

    /// <summary>Whether every step blocks.</summary>
    public bool IsBlocking => _transport.IsBlocking;

    /// <summary>Whether the item's own time allows another attempt.</summary>
    public bool HasTimeLeft => !Clock.IsItemOver;

    /// <summary>The item's own time that is left.</summary>
    public TimeSpan TimeLeft => Clock.Remaining();

    /// <summary>Whether the host has said, once at least, that it has had enough.</summary>
    public bool WasRefused { get; private set; }

    /// <summary>Attempts begun.</summary>
    public int Attempts { get; private set; }

    /// <summary>Redirects followed in the last attempt.</summary>
    public int Redirects { get; private set; }

    /// <summary>Bytes of bodies received, in all attempts.</summary>
    public long BytesReceived { get; protected set; }

    /// <summary>The address that answered last.</summary>
    public Uri FinalUri { get; private set; } = null!;

    /// <summary>The last status, or 0.</summary>
    public int Status { get; private set; }

    /// <summary>The version of HTTP that the last answer came in.</summary>
    public Version? HttpVersion { get; private set; }

    protected FetchItem Item { get; }

    protected ItemClock Clock { get; }

    protected TransferOptions Options => _engine.Options;

    /// <summary>Does the item: all attempts.</summary>
    /// <returns>Why the last one failed, or <see langword="null"/>.</returns>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async ValueTask<FetchFailure?> RunAsync(CancellationToken cancellationToken)
    {
        _engine.Budget.AddItem();
        FetchFailure? failure = await AttemptAsync();
        return failure is { CanRetry: true } ? await _engine.Retry.ContinueAsync(this, failure, cancellationToken) : failure;
    }

    /// <summary>Makes one attempt: the request, its redirects, the body.</summary>
    /// <returns>Why it failed, or <see langword="null"/>.</returns>
    public async ValueTask<FetchFailure?> AttemptAsync()
    {
        EndRetryWait();
        Attempts++;
        Redirects = 0;
        Status = 0;
        bool inBody = false;
        try
        {
            Uri uri = Item.Uri!;
            string host = Item.Host;
            Clock.StartAttempt();
            while (true)
            {
                FinalUri = uri;
                HostGate gate = _engine.Gates.Rent(host);
                bool entered = false;
                bool answered = false;
                AdaptiveLease? lease = null;
                try
                {
                    // Before the place: from the moment of the place on the host's pace counts.
                    lease = gate.Limiter is null ? null : await WaitForPermitAsync(gate.Limiter);
                    if (!gate.TryEnter())
                    {
                        await WaitForPlaceAsync(gate);
                    }

                    entered = true;
                    Clock.Arm();
                    using HttpRequestMessage request = NewRequest(uri);
                    using HttpResponseMessage response = await _transport.SendAsync(request, Clock.Token);
                    Status = (int)response.StatusCode;
                    HttpVersion = response.Version;

                    // A 503 asks for fewer requests only if it says when to come back; else it is an error like any other.
                    bool tooMany = Status == 429 || (Status == 503 && response.Headers.RetryAfter is not null);
                    gate.NoteAnswer(tooMany);
                    WasRefused |= tooMany;
                    if (tooMany)
                    {
                        lease?.ReportOverload(RetryAfter.Of(response, Options.TimeProvider));
                    }

                    if (!IsRedirect(response))
                    {
                        CheckFraming(response);
                        inBody = true;
                        FetchFailure? failure = await ReceiveAsync(response);
                        answered = Status < 500;
                        if (ReferenceEquals(failure, AskAgain))
                        {
                            inBody = false;
                            continue;
                        }

                        if (failure?.RetryAfter is { } wait)
                        {
                            gate.Pause(wait);
                        }

                        return failure;
                    }

                    answered = true;
                    uri = Follow(uri, response);
                }
                finally
                {
                    if (entered)
                    {
                        gate.Exit();
                    }

                    if (!answered)
                    {
                        lease?.ReportFailure();
                    }

                    lease?.Dispose();
                    _engine.Gates.Return(host);
                }

                host = uri.Authority;
            }
        }
        catch (Exception exception) when (exception is not RunException)
        {
            if (Clock.IsRunCancelled)
            {
                throw new OperationCanceledException();
            }

            // The clock first: when it cut the connection, what was thrown tells how, not why.
            return Clock.Token.IsCancellationRequested ? Clock.ToFailure() : FailureClassifier.Classify(exception, inBody, Options);
        }
    }

    /// <summary>Notes that the wait between two attempts begins.</summary>
    public void BeginRetryWait()
    {
        Clock.ArmForWait();
        _retryWaitStartedAt = SpanRecorder.Current?.GetTimestamp() ?? -1;
    }

    /// <summary>Makes the request of one hop.</summary>
    protected abstract HttpRequestMessage NewRequest(Uri uri);

    /// <summary>Deals with an answer that is no redirect.</summary>
    /// <returns>Why the attempt failed, or <see langword="null"/>.</returns>
    protected abstract ValueTask<FetchFailure?> ReceiveAsync(HttpResponseMessage response);

    /// <summary>Makes a request with what every request has.</summary>
    protected HttpRequestMessage NewRequest(HttpMethod method, Uri uri) => _engine.NewRequest(method, uri, Item.Uri!);

    /// <summary>Reads a part of a body, within the limits of time.</summary>
    protected ValueTask<int> ReadAsync(Stream body, Memory<byte> buffer) => _transport.ReadAsync(body, buffer, Clock.Token);

    /// <summary>The failure that a status is, with what the server asked of us.</summary>
    protected FetchFailure StatusFailure(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        string text = string.Create(CultureInfo.InvariantCulture, $"HTTP {status}{ReasonOf(response)}");
        string kind = status switch
        {
            < 400 => FailureKind.Http3xx,
            < 500 => FailureKind.Http4xx,
            _ => FailureKind.Http5xx,
        };
        bool canRetry = status is 408 or 425 or 429 or 500 or 502 or 503 or 504 or (>= 520 and <= 524);
        TimeSpan? wait = canRetry ? RetryAfter.Of(response, Options.TimeProvider) : null;
        return wait > Options.RetryAfterMax
            ? new FetchFailure(
                FailureKind.RetryAfter,
                $"{text}: the server asked for {wait.Value.TotalSeconds:0} s, more than --retry-after-max {Options.RetryAfterMax.TotalSeconds:0} s")
            : new FetchFailure(kind, text, canRetry) { RetryAfter = wait };
    }

    private static string ReasonOf(HttpResponseMessage response)
    {
        string reason = UrlText.Printable(response.ReasonPhrase ?? "").Trim();
        return reason.Length is 0 or > 80 ? "" : " " + reason;
    }

    private static bool IsRedirect(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.Moved or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;

    /// <summary>Refuses a body whose end is in doubt: two lengths, or one that is no number.</summary>
    private static void CheckFraming(HttpResponseMessage response)
    {
        if (response.Content.Headers.NonValidated.TryGetValues("Content-Length", out var lengths)
            && (lengths.Count != 1 || response.Content.Headers.ContentLength is null))
        {
            throw new FetchException(new FetchFailure(
                FailureKind.Protocol, $"the answer has no usable length: {UrlText.Printable(string.Join(", ", lengths.AsEnumerable()))}"));
        }
    }

    private Uri Follow(Uri from, HttpResponseMessage response)
    {
        if (Redirects >= Options.MaxRedirects)
        {
            throw new FetchException(new FetchFailure(FailureKind.Redirect, $"more than {Options.MaxRedirects} redirects"));
        }

        string? location = response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.First() : null;
        if (string.IsNullOrEmpty(location) || !Uri.TryCreate(from, location, out Uri? to))
        {
            throw new FetchException(new FetchFailure(FailureKind.Redirect, $"HTTP {Status} without a usable Location"));
        }

        string? refusal = !UrlText.IsHttp(to) ? $"a redirect to the scheme {UrlText.Printable(to.Scheme)} is refused"
            : from.Scheme == Uri.UriSchemeHttps && to.Scheme == Uri.UriSchemeHttp ? "a redirect from https to http is refused"
            : to.Host.Length == 0 ? "a redirect to no host is refused"
            : null;
        if (refusal is not null)
        {
            throw new FetchException(new FetchFailure(FailureKind.Redirect, refusal));
        }

        Redirects++;
        if (to.UserInfo.Length > 0)
        {
            // Credentials that a server made up are not sent.
            to = new UriBuilder(to) { UserName = "", Password = "" }.Uri;
        }

        return to;
    }

    private async ValueTask<AdaptiveLease> WaitForPermitAsync(AdaptiveLimiter limiter)
    {
        ValueTask<AdaptiveLease> entering = limiter.EnterAsync(Clock.Token);
        if (entering.IsCompletedSuccessfully)
        {
            return await entering;
        }

        SpanRecorder? recorder = SpanRecorder.Current;
        long startedAt = recorder?.GetTimestamp() ?? 0;
        Clock.ArmForWait();
        AdaptiveLease lease = IsBlocking ? entering.AsTask().GetAwaiter().GetResult() : await entering;
        _engine.NoteLimit();
        recorder?.AddPhase(SpanPhase.Throttled, startedAt);
        Clock.StartAttempt();
        return lease;
    }

    private async ValueTask WaitForPlaceAsync(HostGate gate)
    {
        SpanRecorder? recorder = SpanRecorder.Current;
        long startedAt = recorder?.GetTimestamp() ?? 0;
        Clock.ArmForWait();
        await gate.EnterAsync(IsBlocking, Clock.Token);
        _engine.NoteLimit();
        recorder?.AddPhase(SpanPhase.Throttled, startedAt);
        Clock.StartAttempt();
    }

    private void EndRetryWait()
    {
        if (_retryWaitStartedAt >= 0)
        {
            SpanRecorder.Current?.AddPhase(SpanPhase.Retrying, _retryWaitStartedAt);
            _retryWaitStartedAt = -1;
        }
    }
}
