using System.Runtime.CompilerServices;
using Overlap.Advice.Probing;
using Overlap.Advice.Searching;
using Overlap.Executors;

namespace Overlap.Advice;

// Measures instead of judging what somebody else measured.
public static partial class Advisor
{
    /// <summary>Measures a function on a sample of its items and recommends a model and a number of workers for it.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <typeparam name="TResult">The type of the results, which are thrown away.</typeparam>
    /// <param name="function">The function, in any of its forms. It is called for real.</param>
    /// <param name="sample">Items like those of the job; pulled as they are needed, done again when they run out.</param>
    /// <param name="options">The budget, the number of items in all, the most workers.</param>
    /// <param name="cancellationToken">Ends the measuring; handed to the function if it takes one.</param>
    /// <returns>The recommendation with all that it stands on.</returns>
    /// <remarks>
    /// Order: one worker first, then more and more; after a refusal by the other side never more.
    /// Race: one stretch at a time; the calls of a stretch have ended before the next begins.
    /// Memory: 100 bytes a call of one stretch, of which there are 50,000 at most, and the sample.
    /// Cost: the budget. A call costs about a microsecond more than without: what is shorter than 50 µs is told to be put together.
    /// </remarks>
    /// <exception cref="ProbeFailedException">The sample is empty, every item failed, or one takes longer than the budget.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    [OverloadResolutionPriority(11)]
    public static Task<Recommendation> MeasureAsync<T, TResult>(
        Func<T, CancellationToken, ValueTask<TResult>> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(10)]
    public static Task<Recommendation> MeasureAsync<T, TResult>(
        Func<T, ValueTask<TResult>> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(9)]
    public static Task<Recommendation> MeasureAsync<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(8)]
    public static Task<Recommendation> MeasureAsync<T, TResult>(
        Func<T, Task<TResult>> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(7)]
    public static Task<Recommendation> MeasureAsync<T>(
        Func<T, CancellationToken, ValueTask> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(6)]
    public static Task<Recommendation> MeasureAsync<T>(
        Func<T, ValueTask> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(5)]
    public static Task<Recommendation> MeasureAsync<T>(
        Func<T, CancellationToken, Task> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(4)]
    public static Task<Recommendation> MeasureAsync<T>(
        Func<T, Task> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public static Task<Recommendation> MeasureAsync<T, TResult>(
        Func<T, CancellationToken, TResult> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public static Task<Recommendation> MeasureAsync<T, TResult>(
        Func<T, TResult> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task<Recommendation> MeasureAsync<T>(
        Action<T, CancellationToken> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <inheritdoc cref="MeasureAsync{T, TResult}(Func{T, CancellationToken, ValueTask{TResult}}, IEnumerable{T}, AdviceOptions?, CancellationToken)"/>
    [OverloadResolutionPriority(0)]
    public static Task<Recommendation> MeasureAsync<T>(
        Action<T> function, IEnumerable<T> sample, AdviceOptions? options = null, CancellationToken cancellationToken = default) =>
        MeasureAsync(Callable.Of(function), sample, options, cancellationToken);

    /// <summary>Measures a job by a probe of its own and recommends a model and a number of workers for it.</summary>
    /// <param name="probe">Runs parts of the job.</param>
    /// <param name="options">The budget, the most workers. What the probe knows of the job counts before what the options say.</param>
    /// <param name="cancellationToken">Ends the measuring.</param>
    /// <exception cref="ProbeFailedException">There was no item, every item failed, or one takes longer than the budget.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<Recommendation> MeasureAsync(IProbe probe, AdviceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(probe);
        cancellationToken.ThrowIfCancellationRequested();
        CountSearch search = new(probe, options ?? new AdviceOptions(), cancellationToken);
        return Recommender.Recommend(await search.RunAsync().ConfigureAwait(false));
    }

    private static async Task<Recommendation> MeasureAsync<T, TResult>(
        Callable<T, TResult> callable, IEnumerable<T> sample, AdviceOptions? options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sample);
        AdviceOptions settings = options ?? new AdviceOptions();
        using FunctionProbe<T, TResult> probe = new(callable, sample, settings);

        // A function that blocks is measured on a thread of the pool: the caller's may be the one that draws the window.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        return await MeasureAsync(probe, settings, cancellationToken).ConfigureAwait(false);
    }
}
