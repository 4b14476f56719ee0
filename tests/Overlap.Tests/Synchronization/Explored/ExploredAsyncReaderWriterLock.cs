using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Synchronization.Explored;

/// <summary>The reader-writer lock: readers together, a writer alone, and whoever gives up holds up nobody.</summary>
internal static class ExploredAsyncReaderWriterLock
{
    [Explored(Schedules = 3_000)]
    public static async Task Enter_ReadersAndWriters_WritersAreAlone(TaskExplorer x)
    {
        AsyncReaderWriterLock gate = new();
        int readers = 0;
        int writers = 0;
        await Task.WhenAll(x.Spawn("reader 1", ReadAsync), x.Spawn("writer 1", WriteAsync), x.Spawn("reader 2", ReadAsync), x.Spawn("writer 2", WriteAsync));

        async Task ReadAsync()
        {
            using (await gate.EnterReadAsync())
            {
                readers++;
                x.Assert(writers == 0, "a reader beside a writer");
                await x.Point();
                readers--;
            }
        }

        async Task WriteAsync()
        {
            using (await gate.EnterWriteAsync())
            {
                writers++;
                x.Assert(writers == 1 && readers == 0, "a writer beside another");
                await x.Point();
                writers--;
            }
        }
    }

    [Explored(Schedules = 3_000)]
    public static async Task Cancel_OfAWaitingWriter_LetsReadersBehindItGo(TaskExplorer x)
    {
        AsyncReaderWriterLock gate = new();
        AsyncManualResetEvent hasEntered = new();
        using CancellationTokenSource source = new();

        // Reads until the other reader has come in: it must not wait for the writer who waits for this one.
        Lease first = await gate.EnterReadAsync();
        Task writer = x.Spawn("writer", async () =>
        {
            (_, Lease lease) = await gate.EnterWriteAsync(source.Token).WasGrantedAsync();
            lease.Dispose();
        });
        Task reader = x.Spawn("reader", async () =>
        {
            using (await gate.EnterReadAsync())
            {
                hasEntered.Set();
            }
        });
        Task canceller = x.SpawnCanceller(source);
        await hasEntered.WaitAsync();
        first.Dispose();
        await Task.WhenAll(writer, reader, canceller);
        x.Assert(gate.TryEnterWrite(out _), "the lock was lost");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Upgrade_MeetsCancelAndReaders_IsAloneOrAsBefore(TaskExplorer x)
    {
        AsyncReaderWriterLock gate = new();
        using CancellationTokenSource source = new();
        int readers = 0;
        Task reader = x.Spawn("reader", async () =>
        {
            using (await gate.EnterReadAsync())
            {
                readers++;
                await x.Point();
                readers--;
            }
        });
        Task upgrader = x.Spawn("upgrader", async () =>
        {
            using Lease upgradeable = await gate.EnterUpgradeableReadAsync();
            (bool isGranted, Lease upgraded) = await gate.UpgradeAsync(upgradeable, source.Token).WasGrantedAsync();
            x.Assert(!isGranted || readers == 0, "upgraded beside a reader");
            await x.Point();
            x.Assert(!isGranted || readers == 0, "a reader beside the upgraded one");
            upgraded.Dispose();
        });
        Task other = x.Spawn("other", async () => (await gate.EnterUpgradeableReadAsync()).Dispose());
        await Task.WhenAll(reader, upgrader, other, x.SpawnCanceller(source));
        x.Assert(gate.TryEnterWrite(out _), "the lock was lost");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Dispose_OthersWait_AllEnd(TaskExplorer x)
    {
        AsyncReaderWriterLock gate = new();
        Task[] users =
        [
            x.Spawn("writer", () => UseAsync(gate.EnterWriteAsync())),
            x.Spawn("reader", () => UseAsync(gate.EnterReadAsync())),
            x.Spawn("upgrader", () => UseAsync(gate.EnterUpgradeableReadAsync())),
        ];
        await x.Spawn("disposer", async () =>
        {
            await x.Point();
            gate.Dispose();
        });
        await Task.WhenAll(users);

        async Task UseAsync(ValueTask<Lease> wait)
        {
            (_, Lease lease) = await wait.WasGrantedAsync();
            await x.Point();
            lease.Dispose();
        }
    }
}
