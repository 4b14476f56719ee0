using System.Runtime.CompilerServices;

namespace Overlap.Distributed.Protocol;

/// <summary>What settings are checked by, each by its own property, whose name the error bears.</summary>
internal static class Guard
{
    public static int AtLeast(int least, int value, [CallerMemberName] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }

    public static TimeSpan AtLeast(TimeSpan least, TimeSpan value, [CallerMemberName] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        return value;
    }

    public static TimeSpan NotNegative(TimeSpan value, [CallerMemberName] string? name = null) => AtLeast(TimeSpan.Zero, value, name);

    public static TimeSpan Positive(TimeSpan value, [CallerMemberName] string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, name);
        return value;
    }

    public static T NotNull<T>(T value, [CallerMemberName] string? name = null)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(value, name);
        return value;
    }

    public static string NotEmpty(string value, [CallerMemberName] string? name = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, name);
        return value;
    }
}
