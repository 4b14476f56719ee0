// Four threads count with one actor: its state has one owner, so nothing is locked and nothing is lost.
// Usage: actor-counter
using Overlap.Actors;

// snippet
await using ActorSystem system = new();
ActorRef<ICounting> counter = system.Spawn(() => new Counter());

Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
{
    for (int i = 0; i < 10_000; i++)
    {
        counter.Tell(new Add(1));
    }
}))];
// end snippet
foreach (Thread thread in threads)
{
    thread.Start();
}

foreach (Thread thread in threads)
{
    thread.Join();
}

// Asked after all was told, so all of it is counted.
Console.WriteLine($"4 threads added 10000 each: {await counter.AskAsync<int>(static reply => new Get(reply))}");

internal interface ICounting;

internal sealed record Add(int Amount) : ICounting;

internal sealed record Get(ReplyTo<int> Reply) : ICounting;

internal sealed class Counter : Actor<ICounting>
{
    private int _count;

    protected override ValueTask ReceiveAsync(ICounting message)
    {
        switch (message)
        {
            case Add add:
                _count += add.Amount;
                break;
            case Get get:
                get.Reply.Send(_count);
                break;
        }

        return default;
    }
}
