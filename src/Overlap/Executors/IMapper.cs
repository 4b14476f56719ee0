namespace Overlap.Executors;

/// <summary>An executor that has a better way to map than call by call.</summary>
internal interface IMapper
{
    /// <summary>Maps in the order of the source.</summary>
    /// <returns>The results, or <see langword="null"/> when call by call is as good.</returns>
    IAsyncEnumerable<TResult>? TryMap<T, TResult>(
        ItemSource<T> source, Callable<T, TResult> callable, MapOptions options, CancellationToken cancellationToken);

    /// <summary>Submits one call of a map that goes call by call: its window fits, so it is not refused while fewer workers than the most are there.</summary>
    Task<TResult> SubmitOfMapAsync<T, TResult>(Callable<T, TResult> callable, T argument, CancellationToken cancellationToken);
}
