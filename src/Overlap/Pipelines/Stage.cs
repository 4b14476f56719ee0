namespace Overlap.Pipelines;

/// <summary>What a stage is before it runs: each enumeration starts it anew.</summary>
internal abstract class Stage<T> : IAsyncEnumerable<T>
{
    protected StageMeter? Meter { get; private set; }

    public abstract IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default);

    /// <summary>The same stage, counted by a meter.</summary>
    public Stage<T> With(StageMeter meter)
    {
        Stage<T> copy = (Stage<T>)MemberwiseClone();
        copy.Meter = meter;
        return copy;
    }
}
