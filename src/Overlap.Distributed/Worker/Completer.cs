using Microsoft.Extensions.Logging;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Worker;

/// <summary>Stores results and settles deliveries, as many at a time as have come together while the last ones were under way.</summary>
/// <remarks>
/// Order: of each delivery, first what follows it is sent, then the result is stored, then it is settled (I1). Race: what comes while a batch is under way is the next batch.
/// Memory: what is not done, bounded by the window of what is held. Cost: one round trip to the backend and one to the broker for each batch.
/// </remarks>
internal sealed class Completer(IBroker broker, IBrokerConsumer consumer, IResultBackend? backend, WorkerFigures figures, TakeWindow window, TimeProvider clock, ILogger logger) : IDisposable
{
    private const int MostAtATime = 1_000;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    // How long what the backend refuses waits until it is tried again: whoever can mend it has been told.
    private static readonly TimeSpan AsideDelay = TimeSpan.FromSeconds(30);

    private readonly AsyncQueue<Completion> _queue = new();
    private readonly CancellationTokenSource _abandoned = new();

    /// <summary>Takes one in. Not after <see cref="End"/>.</summary>
    public void Add(Completion completion)
    {
        if (!_queue.TryAdd(completion))
        {
            // The worker has ended: its consumer gives back what is not settled.
            completion.Done?.TrySetResult(false);
        }
    }

    /// <summary>Acknowledges a delivery before its call runs.</summary>
    /// <returns>Whether it was still held.</returns>
    public Task<bool> AcknowledgeAsync(Delivery delivery)
    {
        TaskCompletionSource<bool> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Add(new Completion(delivery, null, new Settlement(delivery, SettlementKind.Acknowledge), FreesPlace: false, done));
        return done.Task;
    }

    /// <summary>Says of a delivery that was lost before that its call begins: from now on who dies counts (I6).</summary>
    /// <returns>Whether it was still held.</returns>
    public async Task<bool> BeginAsync(Delivery delivery)
    {
        try
        {
            return (await TryUntilDoneAsync(token => consumer.BeginAsync(new[] { delivery }, token)).ConfigureAwait(false))[0];
        }
        catch (Exception exception) when (exception is ObjectDisposedException || (exception is OperationCanceledException && _abandoned.IsCancellationRequested))
        {
            // The broker has gone or the worker has ended: what is held goes back with the consumer.
            return false;
        }
    }

    /// <summary>Does what comes, until it is ended.</summary>
    public async Task RunAsync()
    {
        List<Completion> batch = [];
        while (true)
        {
            try
            {
                batch.Add(await _queue.TakeAsync().ConfigureAwait(false));
            }
            catch (QueueShutDownException)
            {
                return;
            }

            while (batch.Count < MostAtATime && _queue.TryTake(out Completion next))
            {
                batch.Add(next);
            }

            await CompleteAsync(batch).ConfigureAwait(false);
            batch.Clear();
        }
    }

    /// <summary>Takes no more; what is there is still done.</summary>
    public void End() => _queue.ShutDown();

    /// <summary>Gives up what is not done yet: its deliveries go back with their consumer.</summary>
    public void Abandon() => _abandoned.Cancel();

    public void Dispose() => _abandoned.Dispose();

    private async Task CompleteAsync(List<Completion> batch)
    {
        try
        {
            await ProveAsync(batch).ConfigureAwait(false);
            await SendAsync(batch).ConfigureAwait(false);
            await StoreAsync(batch).ConfigureAwait(false);
            await SettleAsync(batch).ConfigureAwait(false);
            foreach (Completion completion in batch.Where(static completion => completion.Settlement is null))
            {
                completion.Done?.TrySetResult(true);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException || (exception is OperationCanceledException && _abandoned.IsCancellationRequested))
        {
            // Broker or backend have gone, or the worker may wait no longer: what is held goes back with the consumer.
            foreach (Completion completion in batch)
            {
                completion.Done?.TrySetResult(false);
            }
        }

        window.Free(batch.Count(static completion => completion.FreesPlace));
    }

    // I3: a process that stood still may not have heard yet what it has lost meanwhile.
    private async Task ProveAsync(List<Completion> batch)
    {
        foreach (Completion completion in batch)
        {
            if (completion.Delivery.State is ILeaseProof { IsCertain: false } proof && !completion.Delivery.LeaseLost.IsCancellationRequested)
            {
                await TryUntilDoneAsync(async _ =>
                {
                    await proof.ProveAsync().ConfigureAwait(false);
                    return true;
                }).ConfigureAwait(false);
            }
        }
    }

    // Who dies after it sends the same again when the call runs again: what follows a call runs at least once, as the call does.
    private async Task SendAsync(List<Completion> batch)
    {
        Publication[] publications = [.. batch.Where(static completion => !completion.Delivery.LeaseLost.IsCancellationRequested).SelectMany(static completion => completion.Sequel)];
        if (publications.Length > 0 && !await TrySendAsync(publications).ConfigureAwait(false))
        {
            // One of them goes nowhere: which one, is found one by one, and it keeps nothing else from being done.
            foreach (Publication publication in publications)
            {
                await TrySendAsync([publication]).ConfigureAwait(false);
            }
        }
    }

    private Task<bool> TrySendAsync(Publication[] publications) => TryUntilDoneAsync(async token =>
    {
        try
        {
            await broker.PublishAsync(publications, token).ConfigureAwait(false);
            WorkerFaultPoints.SequelSent.Reach();
            return true;
        }
        catch (BrokerException exception) when (!exception.IsTransient)
        {
            WorkerLog.SequelUnroutable(logger, TaskRunner.Shown(publications[0].RoutingKey), exception.Message);
            return false;
        }
    });

    // Leaves in the batch what is stored, or is not to be.
    private async Task StoreAsync(List<Completion> batch)
    {
        // I3: what a call has returned whose lease is lost is stored over nothing; another runs it or has run it.
        Completion[] stored = backend is null ? [] : [.. batch.Where(static completion => !completion.Delivery.LeaseLost.IsCancellationRequested && completion.Documents.Any())];
        if (stored.Length == 0)
        {
            return;
        }

        try
        {
            ResultDocument[] documents = [.. stored.SelectMany(static completion => completion.Documents)];
            await TryUntilDoneAsync(token => StoreAllAsync(documents, token), MayBeOfOneAlone).ConfigureAwait(false);
        }
        catch (Exception exception) when (MayBeOfOneAlone(exception))
        {
            // One of them has no form in which to be stored, or is refused. Which one, and what becomes of it, is found one by one.
            await StoreOneByOneAsync(batch, stored).ConfigureAwait(false);
        }
    }

    private async Task StoreOneByOneAsync(List<Completion> batch, Completion[] completions)
    {
        int refused = 0;
        BackendException? reason = null;
        foreach (Completion completion in completions)
        {
            try
            {
                foreach (ResultDocument document in completion.Documents)
                {
                    await StoreAloneAsync(document).ConfigureAwait(false);
                }
            }
            catch (BackendException exception) when (!exception.IsTransient)
            {
                // I1: it is not settled, and stays held, in its place. What follows it has been sent.
                refused++;
                reason ??= exception;
                batch.Remove(completion);
                _ = AddLaterAsync(completion with { Sequel = [] });
            }
        }

        if (reason is not null)
        {
            WorkerLog.ResultsSetAside(logger, refused, AsideDelay.TotalSeconds, reason.Message);
        }
    }

    private async Task StoreAloneAsync(ResultDocument document)
    {
        try
        {
            await TryUntilDoneAsync(token => StoreAllAsync([document], token), MayBeOfOneAlone).ConfigureAwait(false);
        }
        catch (MessageFormatException) when (document.Others.Count > 0)
        {
            // It may be the call's arguments that have no form, which came in another.
            await StoreAloneAsync(document with { Others = WireMap.Empty }).ConfigureAwait(false);
        }
        catch (MessageFormatException exception)
        {
            WorkerLog.ResultRefused(logger, document.TaskId, exception.Message);
            ResultDocument failure = Documents.Unstorable(document, exception);
            await TryUntilDoneAsync(token => StoreAllAsync([failure], token), MayBeOfOneAlone).ConfigureAwait(false);
        }
    }

    // If the worker ends meanwhile, it is not taken in any more, and its message goes back with the consumer.
    private async Task AddLaterAsync(Completion completion)
    {
        await Task.Delay(AsideDelay, clock, CancellationToken.None).ConfigureAwait(false);
        Add(completion);
    }

    // To try again alone does not help; to try others without it may.
    private static bool MayBeOfOneAlone(Exception exception) => exception is MessageFormatException or BackendException { IsTransient: false };

    private async Task SettleAsync(List<Completion> batch)
    {
        Settlement[] settlements = [.. batch.Where(static completion => completion.Settlement is not null).Select(static completion => completion.Settlement!.Value)];
        if (settlements.Length == 0)
        {
            return;
        }

        IReadOnlyList<bool> held = await TryUntilDoneAsync(async token =>
        {
            IReadOnlyList<bool> settled = await consumer.SettleAsync(settlements, token).ConfigureAwait(false);
            TellSettled(settlements);
            return settled;
        }).ConfigureAwait(false);
        int place = 0;
        foreach (Completion completion in batch)
        {
            if (completion.Settlement is null)
            {
                continue;
            }

            bool wasHeld = held[place++];
            completion.Done?.TrySetResult(wasHeld);
            if (!wasHeld)
            {
                figures.CountLostLease();
                WorkerMetrics.CountLostLease(completion.Delivery.Queue);
                WorkerLog.SettledTooLate(logger, completion.Delivery.Tag, completion.Delivery.Queue);
            }
        }
    }

    private async ValueTask<IReadOnlyList<bool>> StoreAllAsync(ResultDocument[] documents, CancellationToken cancellationToken)
    {
        IReadOnlyList<bool> stored = await backend!.StoreAsync(documents, cancellationToken).ConfigureAwait(false);
        TellStored(documents);
        return stored;
    }

    private static void TellStored(ResultDocument[] documents)
    {
        if (FaultPoint.IsWatched)
        {
            WorkerFaultPoints.ResultStored.ReachIf(documents.Any(static document => document.IsReady));
            WorkerFaultPoints.RetryStored.ReachIf(documents.Any(static document => document.State == TaskState.Retry));
        }
    }

    private static void TellSettled(Settlement[] settlements)
    {
        if (FaultPoint.IsWatched)
        {
            WorkerFaultPoints.RetrySent.ReachIf(settlements.Any(static settlement => settlement.Successor is not null));
            WorkerFaultPoints.Acknowledged.ReachIf(settlements.Any(static settlement => settlement is { Kind: SettlementKind.Acknowledge, Successor: null }));
            WorkerFaultPoints.Deferred.ReachIf(settlements.Any(static settlement => settlement.Kind == SettlementKind.Defer));
            WorkerFaultPoints.DeadLettered.ReachIf(settlements.Any(static settlement => settlement.Kind == SettlementKind.DeadLetter));
        }
    }

    // A result is stored before its message is acknowledged, so who cannot store waits: the message stays held, and nothing is lost.
    private async Task<T> TryUntilDoneAsync<T>(Func<CancellationToken, ValueTask<T>> step, Func<Exception, bool>? isFinal = null)
    {
        TimeSpan delay = FirstDelay;
        while (true)
        {
            try
            {
                return await step(_abandoned.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException and not ObjectDisposedException && isFinal?.Invoke(exception) != true)
            {
                WorkerLog.CompletionDelayed(logger, delay.TotalSeconds, exception);
                await Task.Delay(delay, clock, _abandoned.Token).ConfigureAwait(false);
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }
}
