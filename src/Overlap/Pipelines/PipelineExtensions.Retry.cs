using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Pipelines;

// Sources that fail and are begun anew.
public static partial class PipelineExtensions
{
    /// <summary>Enumerates a source again when it fails.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">
    /// The source; read when the consumer asks. Each enumeration begins where the source begins: what it gave before its failure comes again, unless
    /// the source itself goes on behind it. A source that can begin at a position is better retried by the overload that tells it.
    /// </param>
    /// <param name="options">How often and after which pauses; <see langword="null"/>: three times, after about 1, 2 and 4 seconds. Counted over the whole enumeration.</param>
    /// <remarks>
    /// Order: the source's.
    /// Race: a cancellation ends the pause at once, and is never retried.
    /// Memory: as the source gives it. No task runs behind it.
    /// Cost: nothing for each item but the enumeration itself; one timer for each pause.
    /// </remarks>
    public static IAsyncEnumerable<T> Retry<T>(this IAsyncEnumerable<T> source, RetryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return RetryAsync(_ => source, resumes: false, options ?? RetryOptions.Default);
    }

    /// <summary>Goes on behind the last item when a source fails: none is given twice, none is left out.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="sourceAt">Makes the source that begins behind a number of items; called with 0 first. What it throws is a failure of the source.</param>
    /// <param name="options">
    /// How often and after which pauses; <see langword="null"/>: three times, after about 1, 2 and 4 seconds. Counted anew after each item that came.
    /// </param>
    /// <remarks><inheritdoc cref="Retry{T}(IAsyncEnumerable{T}, RetryOptions?)" path="/remarks"/></remarks>
    public static IAsyncEnumerable<T> Retry<T>(this Func<long, IAsyncEnumerable<T>> sourceAt, RetryOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(sourceAt);
        return RetryAsync(sourceAt, resumes: true, options ?? RetryOptions.Default);
    }

    private static async IAsyncEnumerable<T> RetryAsync<T>(
        Func<long, IAsyncEnumerable<T>> sourceAt, bool resumes, RetryOptions options, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RetryPauses pauses = new(options);
        long given = 0;
        int failures = 0;
        while (true)
        {
            bool hasFailed = false;
            IAsyncEnumerator<T>? items = null;
            try
            {
                while (true)
                {
                    try
                    {
                        items ??= sourceAt(given).GetAsyncEnumerator(cancellationToken);
                        if (!await items.MoveNextAsync().ConfigureAwait(Interleaver.KeepsContext))
                        {
                            break;
                        }
                    }
                    catch (Exception failure) when (!cancellationToken.IsCancellationRequested && options.IsRetried(failure, failures))
                    {
                        hasFailed = true;
                        break;
                    }

                    given++;
                    failures = resumes ? 0 : failures;
                    yield return items.Current;
                }
            }
            finally
            {
                if (items is not null)
                {
                    try
                    {
                        await items.DisposeAsync().ConfigureAwait(Interleaver.KeepsContext);
                    }
                    catch (Exception) when (hasFailed)
                    {
                        // What is tried again has failed already; that it fails once more on its way out changes nothing.
                    }
                }
            }

            if (!hasFailed)
            {
                break;
            }

            await pauses.WaitAsync(failures++, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        }
    }
}
