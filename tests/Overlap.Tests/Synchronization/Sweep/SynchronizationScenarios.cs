using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>The waits of the primitives.</summary>
internal static class SynchronizationScenarios
{
    public static Dictionary<string, Func<WaitScenario>> All { get; } = new()
    {
        ["AsyncLock.EnterAsync(CancellationToken)"] = static () =>
        {
            AsyncLock gate = new();
            gate.TryEnter(out Lease other);
            return Taking(gate.EnterAsync, other.Dispose, () => $"{gate.GetStatistics()}");
        },
        ["AsyncSemaphore.EnterAsync(int, CancellationToken)"] = static () =>
        {
            AsyncSemaphore semaphore = new(3, 3);
            semaphore.TryEnter(out Lease other, 2);
            return Taking(token => semaphore.EnterAsync(2, token), other.Dispose, () => $"{semaphore.GetStatistics()}");
        },
        ["AsyncSemaphore.TakeAsync(int, CancellationToken)"] = static () =>
        {
            AsyncSemaphore semaphore = new(1);
            return Waiting(token => semaphore.TakeAsync(2, token), () => semaphore.Release(), () => $"{semaphore.GetStatistics()}");
        },
        ["AsyncSemaphore.EnterAsync(CancellationToken)"] = static () =>
        {
            AsyncSemaphore semaphore = new(1, 1);
            semaphore.TryEnter(out Lease other);
            return Taking(semaphore.EnterAsync, other.Dispose, () => $"{semaphore.GetStatistics()}");
        },
        ["AsyncSemaphore.TakeAsync(CancellationToken)"] = static () =>
        {
            AsyncSemaphore semaphore = new(0);
            return Waiting(semaphore.TakeAsync, () => semaphore.Release(), () => $"{semaphore.GetStatistics()}");
        },
        ["AsyncConditionVariable.WaitAsync(Lease, CancellationToken)"] = static () =>
        {
            AsyncLock gate = new();
            AsyncConditionVariable condition = new(gate);
            gate.TryEnter(out Lease held);
            return new WaitScenario(
                token => condition.WaitAsync(held, token).AsTask(),
                () => Notify(gate, condition, held),
                () => $"{gate.GetStatistics()}, {condition.GetStatistics()}")
            { IsUnblockingKept = false };
        },
        ["AsyncConditionVariable.WaitForAsync(Lease, Func<bool>, CancellationToken)"] = static () =>
        {
            AsyncLock gate = new();
            AsyncConditionVariable condition = new(gate);
            gate.TryEnter(out Lease held);
            bool isTrue = false;
            return new WaitScenario(
                token => condition.WaitForAsync(held, () => Volatile.Read(ref isTrue), token).AsTask(),
                () =>
                {
                    Volatile.Write(ref isTrue, true);
                    Notify(gate, condition, held);
                },
                () => $"{gate.GetStatistics()}, {condition.GetStatistics()}")
            { IsEndedByUnblocking = false };
        },
        ["AsyncManualResetEvent.WaitAsync(CancellationToken)"] = static () =>
        {
            AsyncManualResetEvent signal = new();
            return Waiting(signal.WaitAsync, signal.Set, () => $"{signal.GetStatistics()}");
        },
        ["AsyncAutoResetEvent.WaitAsync(CancellationToken)"] = static () =>
        {
            AsyncAutoResetEvent signal = new();
            return Waiting(signal.WaitAsync, signal.Set, () => $"{signal.GetStatistics()}");
        },
        ["AsyncCountdownEvent.WaitAsync(CancellationToken)"] = static () =>
        {
            AsyncCountdownEvent countdown = new(1);
            return Waiting(countdown.WaitAsync, () => countdown.Signal(), () => $"{countdown.GetStatistics()}");
        },
        ["AsyncBarrier.SignalAndWaitAsync(CancellationToken)"] = static () =>
        {
            AsyncBarrier barrier = new(2);
            return new WaitScenario(
                token => barrier.SignalAndWaitAsync(token).AsTask(), () => Observe(barrier.SignalAndWaitAsync().AsTask()), () => $"{barrier.GetStatistics()}")
            { BrokenState = $"{new AsyncBarrierStatistics(2, 0, 0, true)}" };
        },
        ["AsyncReaderWriterLock.EnterReadAsync(CancellationToken)"] = static () => BehindWriter(static (gate, token) => gate.EnterReadAsync(token)),
        ["AsyncReaderWriterLock.EnterWriteAsync(CancellationToken)"] = static () => BehindWriter(static (gate, token) => gate.EnterWriteAsync(token)),
        ["AsyncReaderWriterLock.EnterUpgradeableReadAsync(CancellationToken)"] = static () =>
            BehindWriter(static (gate, token) => gate.EnterUpgradeableReadAsync(token)),
        ["AsyncReaderWriterLock.UpgradeAsync(Lease, CancellationToken)"] = static () =>
        {
            AsyncReaderWriterLock gate = new();
            gate.TryEnterRead(out Lease reader);
            gate.TryEnterUpgradeableRead(out Lease upgradeable);
            return Taking(token => gate.UpgradeAsync(upgradeable, token), reader.Dispose, () => $"{gate.GetStatistics()}");
        },
        ["KeyedLock.EnterAsync(TKey, CancellationToken)"] = static () =>
        {
            KeyedLock<string> gates = new();
            gates.TryEnter("key", out Lease other);
            return Taking(token => gates.EnterAsync("key", token), other.Dispose, () => $"{gates.GetStatistics()}");
        },
        ["AsyncLazy.GetAsync(CancellationToken)"] = static () =>
        {
            // A wait that is given up does not stop the factory, which nobody waits for then: that it ran is no trace of the wait.
            TaskCompletionSource<int> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
            AsyncLazy<int> lazy = new(_ => source.Task);
            return new WaitScenario(token => lazy.GetAsync(token).AsTask(), () => source.TrySetResult(1), () => $"{lazy.GetStatistics().Waiting} waiting")
            { IsEndedByUnblocking = false, EndsAtOnce = false };
        },
        ["AsyncQueue.AddAsync(T, CancellationToken)"] = static () =>
        {
            AsyncQueue<int> queue = new(1);
            queue.TryAdd(1);
            return Waiting(token => queue.AddAsync(2, token), () => queue.TryTake(out _), () => $"{queue.GetStatistics()}");
        },
        ["AsyncQueue.AddAsync(T, TimeSpan, CancellationToken)"] = static () =>
        {
            AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Capacity = 1, Order = QueueOrder.Delay });
            queue.TryAdd(1);
            return Waiting(token => queue.AddAsync(2, TimeSpan.Zero, token), () => queue.TryTake(out _), () => $"{queue.GetStatistics()}");
        },
        ["AsyncQueue.TakeAsync(CancellationToken)"] = static () =>
        {
            AsyncQueue<int> queue = new();
            return new WaitScenario(token => queue.TakeAsync(token).AsTask(), () => queue.TryAdd(1), () => $"{queue.GetStatistics()}");
        },
        ["AsyncQueue.TakeAllAsync(CancellationToken)"] = static () =>
        {
            AsyncQueue<int> queue = new();
            return new WaitScenario(
                async token =>
                {
                    await foreach (int _ in queue.TakeAllAsync(token))
                    {
                        break;
                    }
                },
                () => queue.TryAdd(1),
                () => $"{queue.GetStatistics()}");
        },
        ["AsyncQueue.JoinAsync(CancellationToken)"] = static () =>
        {
            AsyncQueue<int> queue = new();
            queue.TryAdd(1);
            queue.TryTake(out _);
            return Waiting(queue.JoinAsync, queue.TaskDone, () => $"{queue.GetStatistics()}");
        },
    };

    private static WaitScenario Taking(Func<CancellationToken, ValueTask<Lease>> enter, Action unblock, Func<string> state)
    {
        Lease mine = default;
        return new WaitScenario(async token => mine = await enter(token), unblock, state, () => mine.Dispose());
    }

    private static WaitScenario Waiting(Func<CancellationToken, ValueTask> wait, Action unblock, Func<string> state) =>
        new(token => wait(token).AsTask(), unblock, state);

    private static WaitScenario BehindWriter(Func<AsyncReaderWriterLock, CancellationToken, ValueTask<Lease>> enter)
    {
        AsyncReaderWriterLock gate = new();
        gate.TryEnterWrite(out Lease writer);
        return Taking(token => enter(gate, token), writer.Dispose, () => $"{gate.GetStatistics()}");
    }

    // The lock is free while somebody waits for the condition, and held by the same lease before and after.
    private static void Notify(AsyncLock gate, AsyncConditionVariable condition, Lease held)
    {
        if (gate.TryEnter(out Lease own))
        {
            condition.NotifyOne(own);
            own.Dispose();
        }
        else
        {
            condition.NotifyOne(held);
        }
    }

    private static void Observe(Task task) => task.ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
}
