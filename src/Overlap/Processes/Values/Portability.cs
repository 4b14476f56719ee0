using System.Reflection;

namespace Overlap.Processes.Values;

/// <summary>Examines whether values of a type can travel, through all that they are made of. Used once.</summary>
internal sealed class Portability(ValueCodecs codecs)
{
    // A generic type can hold itself with another argument, and that one again, without end.
    private const int MostDepth = 100;

    private readonly HashSet<Type> _seen = [];
    private int _depth;

    /// <returns>What stops it; <see langword="null"/> when nothing does.</returns>
    public Refusal? Examine(Type type) => Examine(type, null);

    /// <param name="type">The type.</param>
    /// <param name="path">Where it was met; <see langword="null"/> when no member led here.</param>
    private Refusal? Examine(Type type, string? path)
    {
        if (_depth == MostDepth)
        {
            return new Refusal(null, type, "is made of types without end.");
        }

        _depth++;
        Refusal? refusal = ExamineDeeper(type, path);
        _depth--;
        return refusal;
    }

    private Refusal? ExamineDeeper(Type type, string? path)
    {
        // A type within itself adds nothing to what is found on the way to it.
        if (!_seen.Add(type) || CodecTypes.IsSimple(type))
        {
            return null;
        }

        if (RefusedTypes.ReasonFor(type, codecs) is { } reason)
        {
            return new Refusal(path, type, reason);
        }

        if (CodecTypes.IsPlain(type))
        {
            return ExamineFields(type, path ?? TypeNames.Of(type));
        }

        if (CodecTypes.IsComposed(type))
        {
            return CodecTypes.PartsOf(type).Select(part => Examine(part, path is null ? null : $"{path}[]")).FirstOrDefault(refusal => refusal is not null);
        }

        if (typeof(Delegate).IsAssignableFrom(type))
        {
            return null;
        }

        return codecs.Contracts.Examine(type, path, Examine);
    }

    /// <summary>Looks for addresses in a struct that is copied as it lies in memory.</summary>
    private static Refusal? ExamineFields(Type type, string path)
    {
        if (type.IsPrimitive || type.IsEnum)
        {
            return null;
        }

        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            string at = $"{path}.{MemberNames.Of(field)}";
            if (RefusedTypes.IsAddress(field.FieldType))
            {
                return new Refusal(at, field.FieldType, RefusedTypes.Address);
            }

            if (ExamineFields(field.FieldType, at) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }
}
