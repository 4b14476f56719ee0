namespace Overlap.Distributed.Brokers;

/// <summary>A message in an <see cref="InMemoryBroker"/>. Changed under the broker's gate only.</summary>
internal sealed class InMemoryMessage
{
    /// <summary>The order in a queue: the lower priority first, and of one priority the lower place.</summary>
    public static IComparer<InMemoryMessage> ByPlace { get; } = Comparer<InMemoryMessage>.Create(
        static (one, other) => one.Priority != other.Priority ? one.Priority.CompareTo(other.Priority) : one.Place.CompareTo(other.Place));

    /// <summary>The order of those that are put aside.</summary>
    public static IComparer<InMemoryMessage> ByDue { get; } = Comparer<InMemoryMessage>.Create(
        static (one, other) => one.Due != other.Due ? one.Due.CompareTo(other.Due) : one.Place.CompareTo(other.Place));

    public required string Queue { get; init; }

    public required int Priority { get; init; }

    /// <summary>The message in its envelope, or what a stranger has put there.</summary>
    public required ReadOnlyMemory<byte> Raw { get; init; }

    /// <summary>Unique in the broker; given anew when the message goes to the back.</summary>
    public long Place { get; set; }

    public DateTimeOffset Due { get; set; }

    public int LostBy { get; set; }

    public bool WasDelivered { get; set; }
}
