using System.Runtime.CompilerServices;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Lets hosts take turns, so that a thousand lines of one host do not hold up the next host.</summary>
/// <remarks>
/// It looks ahead a bounded number of items, never waits for more input while it has an item to give, and keeps the order within a host.
/// </remarks>
internal static class HostInterleaver
{
    /// <summary>The items that are looked at ahead.</summary>
    public const int LookAhead = 4_096;

    /// <summary>Gives the items of a source, hosts in turn.</summary>
    public static async IAsyncEnumerable<FetchItem> InterleaveAsync(
        IAsyncEnumerable<FetchItem> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<string, Queue<FetchItem>> hosts = new(StringComparer.Ordinal);
        Queue<Queue<FetchItem>> turns = new();
        await using LookAheadReader reader = new(source, cancellationToken);
        int held = 0;
        while (reader.HasMore || held > 0)
        {
            while (reader.HasMore && held < LookAhead && (held == 0 || reader.IsReady))
            {
                if (await reader.ReadAsync() is { } read)
                {
                    Keep(read);
                }
            }

            if (held > 0)
            {
                Queue<FetchItem> host = turns.Dequeue();
                FetchItem item = host.Dequeue();
                held--;
                if (host.Count > 0)
                {
                    turns.Enqueue(host);
                }
                else
                {
                    hosts.Remove(item.Host);
                }

                yield return item;
            }
        }

        void Keep(FetchItem item)
        {
            if (!hosts.TryGetValue(item.Host, out Queue<FetchItem>? host))
            {
                hosts.Add(item.Host, host = new Queue<FetchItem>());
                turns.Enqueue(host);
            }

            host.Enqueue(item);
            held++;
        }
    }
}
