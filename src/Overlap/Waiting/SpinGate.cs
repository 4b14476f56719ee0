using System.Runtime.CompilerServices;

namespace Overlap.Waiting;

/// <summary>A gate for sections of a few dozen instructions that run no foreign code and never wait: one atomic operation to enter, one plain store to leave.</summary>
/// <remarks>
/// For owners whose whole cost is the gate; others use <see cref="Lock"/>, which costs two atomic operations and knows its thread.
/// Order: none. Race: one inside at a time. Memory: what was written inside is visible to who enters next.
/// Cost: who finds it taken spins, at first so long that the one inside may come back a few times while it has the memory at hand, which is
/// cheaper for both than handing that memory to and fro; then gives way, and sleeps at last, should the one inside have lost its processor.
/// Not re-entrant. A field of this type must not be read-only.
/// </remarks>
internal struct SpinGate
{
    private const int FirstSpins = 8;
    private const int MostSpins = 64;
    private const int TurnsBeforeSleep = 20;

    private int _isTaken;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _isTaken, 1, 0) != 0)
        {
            EnterSlowly();
        }
    }

    public void Exit() => Volatile.Write(ref _isTaken, 0);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterSlowly()
    {
        int spins = FirstSpins;
        SpinWait wait = default;
        do
        {
            if (spins <= MostSpins)
            {
                Thread.SpinWait(spins);
                spins *= 2;
            }
            else
            {
                wait.SpinOnce(TurnsBeforeSleep);
            }
        }
        while (Volatile.Read(ref _isTaken) != 0 || Interlocked.CompareExchange(ref _isTaken, 1, 0) != 0);
    }
}
