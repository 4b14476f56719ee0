using Overlap.Actors;

namespace Overlap.Tests.Actors;

public sealed class RouterSnippets
{
    [Fact]
    public async Task Pool_ByKey_KeepsTheOrderOfEachAccount()
    {
        Dictionary<string, List<int>> seen = new() { ["Ada"] = [], ["Alan"] = [], ["Grace"] = [] };
        await using ActorSystem system = new();

        // snippet
        ActorRef<Booking> accounts = system.SpawnPool(
            4,
            () => new Scripted<Booking>((_, booking) =>
            {
                // Bookings of one account come to one actor, so that they are handled one after the other.
                seen[booking.Account].Add(booking.Amount);
                return default;
            }),
            Route.ConsistentHash<Booking>(static booking => booking.Account));

        foreach (string account in seen.Keys)
        {
            accounts.Tell(new Booking(account, 10));
            accounts.Tell(new Booking(account, -3));
        }

        // end snippet
        await accounts.StopAsync(StopMode.Drain);
        Assert.All(seen.Values, static amounts => Assert.Equal([10, -3], amounts));
    }

    private sealed record Booking(string Account, int Amount);
}
