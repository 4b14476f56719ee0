// Maps a lambda that captures a variable, and a local function that does, in worker processes: what Python's process pool cannot pickle.
// Usage: map-lambda-processes [OFFSET]
using Overlap.Executors;
using Overlap.Processes;

int offset = args.Length > 0 ? int.Parse(args[0]) : 10;

// snippet
await using ProcessPoolExecutor executor = new(2);

int[] byLambda = await executor.MapAsync(Enumerable.Range(1, 5), x => x + offset).ToArrayAsync();
Console.WriteLine($"a lambda:         {string.Join(" ", byLambda)}");

int[] byFunction = await executor.MapAsync(Enumerable.Range(1, 5), AddTwice).ToArrayAsync();
Console.WriteLine($"a local function: {string.Join(" ", byFunction)}");

int AddTwice(int x) => x + offset + offset;

// Captured variables are copied: what a worker writes stays there. Return it instead.
int sum = 0;
await executor.ForEachAsync(Enumerable.Range(1, 5), x => { sum += x; });
Console.WriteLine($"a sum over there: {sum} here");

// What cannot travel is refused before anything is sent, by its name.
using HttpClient client = new();
try
{
    Console.WriteLine(await executor.SubmitAsync(url => client.GetStringAsync(url), "http://localhost"));
}
catch (NotPortableException refused)
{
    Console.WriteLine($"'{refused.Subject}' cannot travel");
}
// end snippet
