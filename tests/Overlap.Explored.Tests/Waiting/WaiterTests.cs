using Overlap.Waiting;

namespace Overlap.Explored.Tests.Waiting;

public sealed class WaiterTests
{
    [Fact]
    public void Complete_MeetsOnCompleted_TheListenerIsToldOnce() => Exploring.Holds(static x =>
    {
        Queue queue = new();
        ValueTask<int> wait = queue.Wait(default);
        x.Spawn("waiter", () => x.Assert(x.Wait(wait) == 7));
        x.Spawn("completer", () => queue.TryGrant(7));
    });

    [Fact]
    public void Complete_MeetsCancellation_ExactlyOneEndsTheWait() => Exploring.Holds(static x =>
    {
        Queue queue = new();
        CancellationTokenSource cancellation = new();
        ValueTask<int> wait = queue.Wait(cancellation.Token);
        bool isGranted = false;
        x.Spawn("waiter", () =>
        {
            bool isCanceled = false;
            try
            {
                x.Wait(wait);
            }
            catch (OperationCanceledException)
            {
                isCanceled = true;
            }

            x.Wait(() => isGranted || queue.IsRefused, "the completer");
            x.Assert(isCanceled != isGranted);
        });
        x.Spawn("completer", () => isGranted = queue.TryGrant(7));
        x.Spawn("canceller", cancellation.Cancel);
    });

    [Fact]
    public void Wait_ThreadStopsWhileItIsCompleted_ItGoesOn() => Exploring.Holds(static x =>
    {
        Queue queue = new();
        x.Spawn("thread", () => x.Assert(queue.Block() == 7));
        x.Spawn("completer", () =>
        {
            x.Wait(() => queue.Count == 1, "the thread to queue");
            queue.TryGrant(7);
        });
    });

    [Fact]
    public void GetResult_ReusedWaiters_EachWaitHasItsOwnResult() => Exploring.Holds(static x =>
    {
        Queue queue = new();
        x.Spawn("waiter", () =>
        {
            x.Assert(x.Wait(queue.Wait(default)) == 1);
            x.Assert(x.Wait(queue.Wait(default)) == 2);
        });
        x.Spawn("completer", () =>
        {
            for (int i = 1; i <= 2; i++)
            {
                x.Wait(() => queue.Count == 1, "the waiter to queue");
                queue.TryGrant(i);
            }
        });
    });

    [Fact]
    public void SpinGate_ThreeThreads_OneAtATime() => Exploring.Holds(
        static x =>
        {
            SpinGate gate = default;
            int inside = 0;
            for (int i = 0; i < 3; i++)
            {
                x.Spawn($"thread {i}", () =>
                {
                    gate.Enter();
                    x.Assert(++inside == 1);
                    x.Point();
                    inside--;
                    gate.Exit();
                });
            }
        });

    private sealed class Queue : IWaiterOwner
    {
        private readonly Lock _gate = new();
        private IntrusiveQueue<Waiter> _waiters;

        public bool IsRefused { get; private set; }

        public int Count => _waiters.Count;

        public ValueTask<int> Wait(CancellationToken cancellationToken) => Enqueue().WaitAsync(cancellationToken);

        public int Block() => Enqueue().Wait(default);

        public bool TryGrant(int value)
        {
            _gate.Enter();
            bool any = _waiters.TryDequeue(out Waiter? waiter);
            IsRefused = !any;
            _gate.Exit();
            if (any)
            {
                ((Waiter<int>)waiter!).Complete(value);
            }

            return any;
        }

        bool IWaiterOwner.GiveUp(Waiter waiter)
        {
            _gate.Enter();
            bool isMine = _waiters.TryRemove(waiter);
            _gate.Exit();
            return isMine;
        }

        private Waiter<int> Enqueue()
        {
            Waiter<int> waiter = Waiter<int>.Rent(this);
            _gate.Enter();
            _waiters.Enqueue(waiter);
            _gate.Exit();
            return waiter;
        }
    }
}
