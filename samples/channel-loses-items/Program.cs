// Takes items with waits that are cancelled all the time, from a bounded channel and from a queue, and counts what never arrives.
// Usage: channel-loses-items [SECONDS]
using System.Globalization;
using System.Threading.Channels;
using Overlap.Synchronization;

TimeSpan time = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3);

// snippet
Channel<int> channel = Channel.CreateBounded<int>(1);
await CountAsync("Channel.ReadAsync", channel.Writer.WriteAsync, channel.Reader.ReadAsync, () => channel.Writer.Complete());

AsyncQueue<int> queue = new(1);
await CountAsync("AsyncQueue.TakeAsync", queue.AddAsync, queue.TakeAsync, () => queue.ShutDown());

async Task CountAsync(
    string name, Func<int, CancellationToken, ValueTask> addAsync, Func<CancellationToken, ValueTask<int>> takeAsync, Action end)
{
    long added = 0;
    long taken = 0;
    using CancellationTokenSource timeIsUp = new(time);
    Task adder = AddAsync();
    Task takers = Task.WhenAll(TakeAsync(), TakeAsync());
    await Task.WhenAny(Task.WhenAll(adder, takers), Task.Delay(time + TimeSpan.FromSeconds(5)));
    string stuck = takers.IsCompletedSuccessfully ? "" : ", and broke down";
    Console.WriteLine($"{name}: {added} added, {added - taken} lost{stuck}");

    async Task AddAsync()
    {
        await Task.Yield();
        while (!timeIsUp.IsCancellationRequested)
        {
            await addAsync(1, CancellationToken.None);
            added++;
        }

        end();
    }

    async Task TakeAsync()
    {
        await Task.Yield();
        while (true)
        {
            CancellationTokenSource giveUp = new();
            try
            {
                ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), giveUp, preferLocal: false);
                Interlocked.Add(ref taken, await takeAsync(giveUp.Token));
            }
            catch (OperationCanceledException)
            {
            }
            catch (InvalidOperationException)   // The end: ChannelClosedException or QueueShutDownException.
            {
                return;
            }
        }
    }
}
// end snippet
