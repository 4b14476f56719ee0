using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace Overlap.Processes.Values;

/// <summary>
/// What the bytes of a plain type must hold to be a value. A truth value of 2 or a date in the year 20,000 would not crash where it is read,
/// but somewhere far from there.
/// </summary>
internal sealed class PlainChecks
{
    /// <summary>The types of which not all bytes are a value, each with a value other than its default.</summary>
    private static readonly Dictionary<Type, DoubtfulType> Doubtful = new()
    {
        [typeof(bool)] = About(PlainCheck.Truth, true),
        [typeof(decimal)] = About(PlainCheck.Decimal, 1m),
        [typeof(DateTime)] = About(PlainCheck.DateTime, new DateTime(1)),
        [typeof(DateTimeOffset)] = About(PlainCheck.DateTimeOffset, new DateTimeOffset(1, TimeSpan.Zero)),
        [typeof(DateOnly)] = About(PlainCheck.DateOnly, DateOnly.FromDayNumber(1)),
        [typeof(TimeOnly)] = About(PlainCheck.TimeOnly, new TimeOnly(1)),
        [typeof(Rune)] = About(PlainCheck.Rune, new Rune(1)),
    };

    private static readonly MethodInfo FindMethod = typeof(PlainChecks).GetMethod(nameof(Find), BindingFlags.Static | BindingFlags.NonPublic)!;

    private readonly (int Offset, PlainCheck Check)[] _checks;

    private PlainChecks((int Offset, PlainCheck Check)[] checks) => _checks = checks;

    /// <summary>Finds what must hold for values of a plain type.</summary>
    /// <returns>The checks; <see langword="null"/> when any bytes are a value.</returns>
    public static PlainChecks? Of(Type type) => (PlainChecks?)FindMethod.MakeGenericMethod(type).Invoke(null, null);

    private static PlainChecks? Find<T>()
        where T : unmanaged
    {
        List<(int, PlainCheck)> checks = [];
        Collect<T>(typeof(T), value => value!, checks);
        return checks.Count == 0 ? null : new PlainChecks([.. checks]);
    }

    public bool Hold(ref byte value)
    {
        foreach ((int offset, PlainCheck check) in _checks)
        {
            if (!Holds(check, ref Unsafe.Add(ref value, offset)))
            {
                return false;
            }
        }

        return true;
    }

    public bool HoldForAll(ReadOnlySpan<byte> values, int size)
    {
        if (size == 1)
        {
            return !values.ContainsAnyExceptInRange((byte)0, (byte)1);
        }

        for (int at = 0; at < values.Length; at += size)
        {
            if (!Hold(ref Unsafe.Add(ref MemoryMarshal.GetReference(values), at)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Finds where in a <typeparamref name="T"/> the doubtful fields lie. The runtime tells no offsets of fields, so each is set in a value that is
    /// empty otherwise, and the first byte that changes tells.
    /// </summary>
    private static void Collect<T>(Type type, Func<object?, object> wrap, List<(int, PlainCheck)> checks)
        where T : unmanaged
    {
        if (Doubtful.TryGetValue(type, out DoubtfulType? doubtful))
        {
            checks.Add((FirstChange<T>(wrap(Blank(type)), wrap(doubtful.Probe)) - doubtful.ChangesAt, doubtful.Check));
            return;
        }

        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            checks.Add((FirstChange<T>(wrap(null), wrap(Blank(underlying))), PlainCheck.Truth));
            Collect<T>(underlying, wrap, checks);
            return;
        }

        // Of overlapping fields nobody can tell which one counts.
        if (type.IsPrimitive || type.IsEnum || type.IsExplicitLayout)
        {
            return;
        }

        bool repeats = type.IsDefined(typeof(InlineArrayAttribute)) || type.IsDefined(typeof(UnsafeValueTypeAttribute));
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            int before = checks.Count;
            Collect<T>(field.FieldType, value => wrap(With(type, field, value)), checks);
            List<(int Offset, PlainCheck Check)> found = checks.GetRange(before, checks.Count - before);
            int step = RuntimeHelpers.SizeOf(field.FieldType.TypeHandle);
            for (int at = step; repeats && at < RuntimeHelpers.SizeOf(type.TypeHandle); at += step)
            {
                checks.AddRange(found.Select(check => (check.Offset + at, check.Check)));
            }
        }
    }

    private static DoubtfulType About<T>(PlainCheck check, T probe)
        where T : unmanaged => new(check, probe, FirstChange<T>(default(T), probe));

    private static object Blank(Type type) => RuntimeHelpers.GetUninitializedObject(type);

    private static object With(Type type, FieldInfo field, object? value)
    {
        object box = Blank(type);
        field.SetValue(box, value);
        return box;
    }

    private static int FirstChange<T>(object before, object after)
        where T : unmanaged
    {
        T first = (T)before;
        T second = (T)after;
        return MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in first)).CommonPrefixLength(MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in second)));
    }

    private static bool Holds(PlainCheck check, ref byte at) => check switch
    {
        PlainCheck.Truth => at <= 1,
        PlainCheck.Decimal => IsDecimal(Unsafe.ReadUnaligned<int>(ref at)),
        PlainCheck.DateTime => Unsafe.ReadUnaligned<DateTime>(ref at).Ticks <= DateTime.MaxValue.Ticks,
        PlainCheck.DateTimeOffset => IsDateTimeOffset(Unsafe.ReadUnaligned<DateTimeOffset>(ref at)),
        PlainCheck.DateOnly => (uint)Unsafe.ReadUnaligned<DateOnly>(ref at).DayNumber <= (uint)DateOnly.MaxValue.DayNumber,
        PlainCheck.TimeOnly => (ulong)Unsafe.ReadUnaligned<TimeOnly>(ref at).Ticks <= (ulong)TimeOnly.MaxValue.Ticks,
        _ => Rune.IsValid(Unsafe.ReadUnaligned<Rune>(ref at).Value),
    };

    /// <summary>Looks at the first word of a decimal: the sign in its highest bit, the scale in its third byte, nothing else.</summary>
    private static bool IsDecimal(int flags) => (flags & ~unchecked((int)0x80FF0000)) == 0 && (flags & 0x00FF0000) <= 28 << 16;

    private static bool IsDateTimeOffset(DateTimeOffset value)
    {
        const int MostMinutes = 14 * 60;
        int minutes = value.TotalOffsetMinutes;
        if (minutes is < -MostMinutes or > MostMinutes)
        {
            return false;
        }

        long here = value.UtcTicks + (minutes * TimeSpan.TicksPerMinute);
        return value.UtcTicks <= DateTime.MaxValue.Ticks && here >= 0 && here <= DateTime.MaxValue.Ticks;
    }

    /// <param name="Check">What must hold.</param>
    /// <param name="Probe">A value other than the default.</param>
    /// <param name="ChangesAt">Where its first byte other than zero lies.</param>
    private sealed record DoubtfulType(PlainCheck Check, object Probe, int ChangesAt);

    private enum PlainCheck
    {
        Truth,
        Decimal,
        DateTime,
        DateTimeOffset,
        DateOnly,
        TimeOnly,
        Rune,
    }
}
