using System.Runtime.CompilerServices;

namespace Overlap.Executors;

/// <summary>Keeps options whole: a property guards itself, so that <c>with</c> cannot break it.</summary>
internal static class Guard
{
    public static int AtLeast(int least, int value, [CallerMemberName] string? name = null) =>
        value >= least ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be at least {least}.");
}
