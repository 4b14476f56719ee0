using System.Threading.RateLimiting;

namespace Overlap.Adaptation;

/// <summary>A permit of an <see cref="AdaptiveLimiter"/>. Disposing it gives it back, once, and tells how long the work took.</summary>
public sealed class AdaptiveLease : RateLimitLease
{
    private const int Returned = -1;

    private readonly AdaptiveLimiter? _limiter;
    private readonly int _permits;
    private readonly string? _refusal;
    private int _ending = (int)CallEnding.Succeeded;

    internal AdaptiveLease(AdaptiveLimiter limiter, int permits) => (_limiter, _permits) = (limiter, permits);

    internal AdaptiveLease(string refusal) => _refusal = refusal;

    /// <inheritdoc/>
    public override bool IsAcquired => _refusal is null;

    /// <inheritdoc/>
    public override IEnumerable<string> MetadataNames => _refusal is null ? [] : [MetadataName.ReasonPhrase.Name];

    /// <inheritdoc/>
    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = metadataName == MetadataName.ReasonPhrase.Name ? _refusal : null;
        return metadata is not null;
    }

    /// <summary>Tells that the work failed by itself. When more fails under more permits, there will be fewer.</summary>
    public void ReportFailure() => _ = Interlocked.CompareExchange(ref _ending, (int)CallEnding.Failed, (int)CallEnding.Succeeded);

    /// <summary>Tells that the other side refused the work because it had enough: an answer 429, a full queue. There will be fewer permits.</summary>
    /// <param name="retryAfter">How long it asked to be left alone: no permit is given before. Up to a minute is waited.</param>
    public void ReportOverload(TimeSpan? retryAfter = null)
    {
        int seen = Interlocked.CompareExchange(ref _ending, (int)CallEnding.Refused, (int)CallEnding.Succeeded);
        if (seen == (int)CallEnding.Failed)
        {
            seen = Interlocked.CompareExchange(ref _ending, (int)CallEnding.Refused, (int)CallEnding.Failed);
        }

        if (seen is (int)CallEnding.Succeeded or (int)CallEnding.Failed)
        {
            _limiter?.Refuse(retryAfter);
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        int ending = Interlocked.Exchange(ref _ending, Returned);
        if (ending != Returned)
        {
            _limiter?.Return(_permits, (CallEnding)ending);
        }

        base.Dispose(disposing);
    }
}
