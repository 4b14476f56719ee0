// A page needs three things at once. If one fails, the others are stopped, and nothing is left running behind the page's back.
// Usage: task-group
using Overlap.Futures;

// snippet
Console.WriteLine(await PageAsync(ordersAreDown: false));
try
{
    Console.WriteLine(await PageAsync(ordersAreDown: true));
}
catch (AggregateException failed)
{
    Console.WriteLine($"no page: {string.Join(", ", failed.InnerExceptions.Select(error => error.Message))}");
}

string fastest = await TaskGroup.AnyAsync([token => MirrorAsync("near", 50, token), token => MirrorAsync("far", 60_000, token)]);
Console.WriteLine($"first mirror to answer: {fastest}");

static Task<string> PageAsync(bool ordersAreDown) => TaskGroup.RunAsync(async group =>
{
    Task<string> user = group.Run(token => LoadAsync("user", 100, token));
    Task<string> orders = group.Run(token => ordersAreDown ? FailAsync("orders are down", user) : LoadAsync("orders", 200, token));
    Task<string> advice = group.Run(token => LoadAsync("advice", ordersAreDown ? 60_000 : 300, token));
    return $"page: {await user}, {await orders}, {await advice}";
});
// end snippet

static async Task<string> LoadAsync(string what, int milliseconds, CancellationToken token)
{
    try
    {
        await Task.Delay(milliseconds, token);
        return what;
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine($"{what}: stopped");
        throw;
    }
}

// Whose orders they are is known when the user is: a user who comes late is never stopped by a failure that came before.
static async Task<string> FailAsync(string why, Task user)
{
    await user;
    await Task.Delay(50);
    throw new InvalidOperationException(why);
}

static async Task<string> MirrorAsync(string name, int milliseconds, CancellationToken token)
{
    await Task.Delay(milliseconds, token);
    return name;
}
