using System.Globalization;

namespace Overlap.Distributed.Redis;

/// <summary>What a delivery is held under: one for each delivery, never used again.</summary>
/// <remarks>
/// Shape: <c>delivery tag ~ lease in milliseconds ~ consumer.number</c>. Python holds under the bare delivery tag, which stays the same when the
/// message comes back; ours tells one holder from the next, and how long the holder may be silent.
/// </remarks>
internal static class HoldTag
{
    /// <summary>Makes one.</summary>
    public static string Make(string? deliveryTag, TimeSpan lease, string consumer, long number) =>
        string.Create(CultureInfo.InvariantCulture, $"{deliveryTag}~{(long)lease.TotalMilliseconds}~{consumer}.{number}");

    /// <summary>Tells the lease of a hold; <see langword="null"/>: it is none of ours.</summary>
    public static TimeSpan? LeaseOf(string tag)
    {
        int last = tag.LastIndexOf('~');
        int first = last <= 0 ? -1 : tag.LastIndexOf('~', last - 1);
        return first >= 0 && long.TryParse(tag.AsSpan(first + 1, last - first - 1), NumberStyles.None, CultureInfo.InvariantCulture, out long milliseconds)
            ? TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)TimeSpan.FromDays(30).TotalMilliseconds))
            : null;
    }
}
