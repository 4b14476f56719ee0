using System.Text;

namespace Overlap.Distributed.Redis;

/// <summary>A message that is put aside, as one member of a sorted set.</summary>
/// <remarks>Shape: a tag that no other has, so that equal messages stay two; the list it goes back to; the envelope; each on a line.</remarks>
internal static class DeferredMember
{
    public static byte[] Make(string tag, string bucket, ReadOnlySpan<byte> envelope)
    {
        byte[] head = Encoding.UTF8.GetBytes($"{tag.ReplaceLineEndings(" ")}\n{bucket}\n");
        return [.. head, .. envelope];
    }

    /// <summary>Reads one.</summary>
    /// <returns>Whether it is of the form.</returns>
    public static bool TryRead(ReadOnlyMemory<byte> member, out string bucket, out ReadOnlyMemory<byte> envelope)
    {
        int first = member.Span.IndexOf((byte)'\n');
        int second = first < 0 ? -1 : member.Span[(first + 1)..].IndexOf((byte)'\n');
        bucket = second < 0 ? "" : Encoding.UTF8.GetString(member.Span.Slice(first + 1, second));
        envelope = second < 0 ? default : member[(first + second + 2)..];
        return second > 0;
    }
}
