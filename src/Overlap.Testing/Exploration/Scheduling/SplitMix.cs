namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>A small random number generator whose whole state is its seed, so that schedule <c>n</c> is made without those before it.</summary>
/// <remarks>Source: G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.</remarks>
internal struct SplitMix(ulong seed)
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>The generator of one schedule.</summary>
    public static SplitMix Of(ulong seed, int schedule) => new(Mix(seed + Golden) ^ Mix((ulong)schedule * Golden));

    /// <summary>Spreads the bits of a number.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    public ulong Next() => Mix(_state += Golden);

    /// <summary>A number from 0 up to <paramref name="count"/> − 1.</summary>
    public int Next(int count) => (int)(((Next() >> 32) * (ulong)count) >> 32);
}
