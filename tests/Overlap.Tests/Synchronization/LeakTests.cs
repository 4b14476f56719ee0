using System.Runtime.CompilerServices;
using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

/// <summary>What waits leave behind when they have ended: nothing that the collector could not take, and no registration on a token that lives on.</summary>
[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class LeakTests
{
    private const int Waits = 1_000;

    public static TheoryData<string> Primitives => [.. Makers.Keys];

    // Each makes an object with one wait that is bound to end: by being freed, or by its token.
    private static readonly Dictionary<string, Func<CancellationToken, (object Subject, Task Wait, Action Free)>> Makers = new()
    {
        [nameof(AsyncLock)] = static token =>
        {
            AsyncLock gate = new();
            gate.TryEnter(out Lease held);
            return (gate, gate.EnterAsync(token).AsTask(), held.Dispose);
        },
        [nameof(AsyncSemaphore)] = static token =>
        {
            AsyncSemaphore semaphore = new(0);
            return (semaphore, semaphore.EnterAsync(1, token).AsTask(), () => semaphore.Release());
        },
        [nameof(AsyncConditionVariable)] = static token =>
        {
            AsyncLock gate = new();
            AsyncConditionVariable condition = new(gate);
            gate.TryEnter(out Lease held);
            Task wait = condition.WaitAsync(held, token).AsTask();
            return (condition, wait, Notify);

            void Notify()
            {
                gate.TryEnter(out Lease own);
                condition.NotifyAll(own);
                own.Dispose();
            }
        },
        [nameof(AsyncManualResetEvent)] = static token =>
        {
            AsyncManualResetEvent signal = new();
            return (signal, signal.WaitAsync(token).AsTask(), signal.Set);
        },
        [nameof(AsyncAutoResetEvent)] = static token =>
        {
            AsyncAutoResetEvent signal = new();
            return (signal, signal.WaitAsync(token).AsTask(), signal.Set);
        },
        [nameof(AsyncCountdownEvent)] = static token =>
        {
            AsyncCountdownEvent countdown = new(1);
            return (countdown, countdown.WaitAsync(token).AsTask(), () => countdown.Signal());
        },
        [nameof(AsyncBarrier)] = static token =>
        {
            AsyncBarrier barrier = new(2);
            return (barrier, barrier.SignalAndWaitAsync(token).AsTask(), () => barrier.SignalAndWait());
        },
        [nameof(AsyncReaderWriterLock)] = static token =>
        {
            AsyncReaderWriterLock gate = new();
            gate.TryEnterWrite(out Lease writer);
            return (gate, gate.EnterReadAsync(token).AsTask(), writer.Dispose);
        },
        ["KeyedLock"] = static token =>
        {
            KeyedLock<string> gates = new();
            gates.TryEnter("key", out Lease held);
            return (gates, gates.EnterAsync("key", token).AsTask(), held.Dispose);
        },
        ["AsyncLazy"] = static token =>
        {
            TaskCompletionSource<object> source = new();
            AsyncLazy<object> lazy = new(_ => source.Task);
            return (lazy, lazy.GetAsync(token).AsTask(), () => source.SetResult(new object()));
        },
        ["AsyncQueue"] = static token =>
        {
            AsyncQueue<object> queue = new();
            return (queue, queue.TakeAsync(token).AsTask(), () => queue.TryAdd(new object()));
        },
    };

    [Theory]
    [MemberData(nameof(Primitives))]
    public async Task Waits_Granted_LeaveNothing(string primitive)
    {
        using CancellationTokenSource longLived = new();
        List<WeakReference> remains = await GrantAsync(Makers[primitive], longLived.Token);
        Assert.Equal(0, Registrations.CountOf(longLived));
        AssertDead(remains);
    }

    [Theory]
    [MemberData(nameof(Primitives))]
    public async Task Waits_Cancelled_LeaveNothing(string primitive) => AssertDead(await CancelAsync(Makers[primitive]));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> GrantAsync(Func<CancellationToken, (object Subject, Task Wait, Action Free)> make, CancellationToken token)
    {
        List<WeakReference> remains = [];
        for (int count = 0; count < Waits; count++)
        {
            (object subject, Task wait, Action free) = make(token);
            Assert.False(wait.IsCompleted);
            free();
            await wait;
            remains.Add(new WeakReference(subject));
            remains.Add(new WeakReference(wait));
        }

        return remains;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<List<WeakReference>> CancelAsync(Func<CancellationToken, (object Subject, Task Wait, Action Free)> make)
    {
        List<WeakReference> remains = [];
        for (int count = 0; count < Waits; count++)
        {
            using CancellationTokenSource source = new();
            (object subject, Task wait, _) = make(source.Token);
            await source.CancelAsync();
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Assert.True(wait.IsCanceled);
            remains.Add(new WeakReference(subject));
            remains.Add(new WeakReference(wait));
            remains.Add(new WeakReference(source));
        }

        return remains;
    }

    private static void AssertDead(List<WeakReference> remains)
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        // The last round may still stand in a frame or a register of the threads that ran it.
        Assert.InRange(remains.Count(static remain => remain.IsAlive), 0, 8);
    }
}
