namespace Overlap.Actors;

/// <summary>Hashes that are the same in every run and on every machine, which those of the runtime's strings are not.</summary>
/// <remarks>Source: FNV-1a, 64 bits, over the two bytes of each UTF-16 code unit; then the finalizer of MurmurHash3, since a ring needs all bits mixed.</remarks>
internal static class StableHash
{
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    public static ulong Of(string text)
    {
        ulong hash = Offset;
        foreach (char unit in text)
        {
            hash = (hash ^ (byte)unit) * Prime;
            hash = (hash ^ (byte)(unit >> 8)) * Prime;
        }

        return Of(hash);
    }

    public static ulong Of(ulong number)
    {
        number ^= number >> 33;
        number *= 0xff51afd7ed558ccd;
        number ^= number >> 33;
        number *= 0xc4ceb9fe1a85ec53;
        return number ^ (number >> 33);
    }
}
