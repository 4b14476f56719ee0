using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>Carries the items of a source into a stage.</summary>
internal static class SourcePump
{
    /// <summary>Reads a source into a queue, and takes it down if there is a timeline.</summary>
    /// <inheritdoc cref="RunAsync{T}(IAsyncEnumerable{T}, Func{T, ValueTask{bool}}, Func{ValueTask{bool}}?, IInputWatch?, CancellationToken)"/>
    public static Task<PumpEnd> RunAsync<T>(
        IAsyncEnumerable<T> source, Func<T, ValueTask<bool>> accept, StageMeter? meter, CancellationToken cancellationToken) =>
        meter?.Lanes is { } lanes
            ? RunRecordedAsync(source, new PumpLane<T>(meter, lanes, accept), cancellationToken)
            : RunAsync(source, accept, mayPull: null, meter, cancellationToken);

    /// <summary>Reads a source to its end and disposes it, once, whatever happens.</summary>
    /// <param name="source">The source.</param>
    /// <param name="accept">Takes an item in; gives <see langword="false"/> when the stage takes no more.</param>
    /// <param name="mayPull">Waits until the stage has room; <see langword="null"/>: not needed.</param>
    /// <param name="watch">Told of waits for the source.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<PumpEnd> RunAsync<T>(
        IAsyncEnumerable<T> source,
        Func<T, ValueTask<bool>> accept,
        Func<ValueTask<bool>>? mayPull,
        IInputWatch? watch,
        CancellationToken cancellationToken)
    {
        await default(Elsewhere);
        IAsyncEnumerator<T>? items = null;
        Exception? failure = null;
        try
        {
            items = source.GetAsyncEnumerator(cancellationToken);
            while (!cancellationToken.IsCancellationRequested)
            {
                if (mayPull is not null && !await mayPull().ConfigureAwait(Interleaver.KeepsContext))
                {
                    break;
                }

                ValueTask<bool> next = items.MoveNextAsync();
                bool any;
                if (watch is null || next.IsCompleted)
                {
                    any = await next.ConfigureAwait(Interleaver.KeepsContext);
                }
                else
                {
                    watch.BeginInputWait();
                    try
                    {
                        any = await next.ConfigureAwait(Interleaver.KeepsContext);
                    }
                    finally
                    {
                        watch.EndInputWait();
                    }
                }

                if (!any || !await accept(items.Current).ConfigureAwait(Interleaver.KeepsContext))
                {
                    break;
                }
            }
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        try
        {
            if (items is not null)
            {
                await items.DisposeAsync().ConfigureAwait(Interleaver.KeepsContext);
            }
        }
        catch (Exception thrown)
        {
            // The first failure says why the enumeration ended.
            return failure is null or OperationCanceledException ? new PumpEnd(thrown, true) : new PumpEnd(failure, false);
        }

        return new PumpEnd(failure, false);
    }

    private static async Task<PumpEnd> RunRecordedAsync<T>(IAsyncEnumerable<T> source, PumpLane<T> lane, CancellationToken cancellationToken)
    {
        PumpEnd end = await RunAsync(source, lane.AcceptAsync, mayPull: null, lane, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        lane.End();
        return end;
    }

    /// <summary>Cancels sources because of a failure.</summary>
    public static void Cancel(CancellationTokenSource pulling)
    {
        try
        {
            pulling.Cancel();
        }
        catch (AggregateException)
        {
            // A source's callback threw. The failure that is the reason of all this is the one to be told.
        }
    }
}
