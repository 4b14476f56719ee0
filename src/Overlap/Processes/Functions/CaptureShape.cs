using System.Reflection;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Decides how what a function needs of its scope travels, and says what cannot.</summary>
internal sealed class CaptureShape(ValueCodecs codecs)
{
    private readonly List<Obstacle> _obstacles = [];

    /// <summary>What cannot travel, in the order of the scope's fields.</summary>
    public IReadOnlyList<Obstacle> Obstacles => _obstacles;

    public CapturedObject? Of(Scope scope, string path = "")
    {
        Dictionary<(Module, int), Scope> inner = scope.Inner.ToDictionary(static pair => (pair.Field.Module, pair.Field.MetadataToken), static pair => pair.Scope);
        IEnumerable<FieldInfo> needed = scope.HasEscaped
            ? CaptureAnalysis.FieldsOf(scope.Type).Where(static field => !FunctionNames.IsCache(field) && !IsLeftBehind(field))
            : scope.ReadFields.Where(static field => !IsLeftBehind(field)).Concat(scope.Inner.Select(static pair => pair.Field));
        List<CapturedField> fields = [];
        int before = _obstacles.Count;
        foreach (FieldInfo field in needed.OrderBy(field => Height(scope.Type, field)).ThenBy(static field => field.MetadataToken))
        {
            string name = path + FunctionNames.Of(field);
            if (FrameworkTypes.Holds(field.DeclaringType!))
            {
                // The runtime's own objects keep what has a meaning in one process only; they are no data by their fields.
                _obstacles.Add(new Obstacle(path.TrimEnd('.') is { Length: > 0 } owner ? owner : "this", scope.Type, $"its base type {FunctionNames.Of(field.DeclaringType!)} is one of the runtime's own, whose objects are no data."));
                break;
            }

            CapturedField? captured = inner.TryGetValue((field.Module, field.MetadataToken), out Scope? within)
                ? OfScope(field, within, path)
                : OfValue(field, name);
            if (captured is not null)
            {
                fields.Add(captured);
            }
        }

        return _obstacles.Count == before ? new CapturedObject(scope.Type, [.. fields]) : null;
    }

    /// <param name="type">The declared type.</param>
    /// <param name="reason">Why there is none.</param>
    public IFieldCodec? CodecOf(Type type, out string reason) => codecs.TryExplain(type, out reason) ? null : codecs.OfType(type);

    private CapturedField? OfValue(FieldInfo field, string name)
    {
        if (CodecOf(field.FieldType, out string reason) is { } codec)
        {
            return new CapturedField(field, codec, null);
        }

        _obstacles.Add(new Obstacle(name, field.FieldType, reason));
        return null;
    }

    private CapturedField? OfScope(FieldInfo field, Scope scope, string path)
    {
        int before = _obstacles.Count;
        if (Of(scope, FunctionNames.IsClosure(scope.Type) ? path : "this.") is { } captured)
        {
            return new CapturedField(field, null, captured);
        }

        // By its fields it is no data; as a whole it may be, if it says how.
        if (field.FieldType == scope.Type && !FunctionNames.IsClosure(scope.Type) && CodecOf(scope.Type, out _) is { } codec)
        {
            _obstacles.RemoveRange(before, _obstacles.Count - before);
            return new CapturedField(field, codec, null);
        }

        return null;
    }

    // The user's word that a copy can do without.
    private static bool IsLeftBehind(FieldInfo field) => field.IsDefined(typeof(NonSerializedAttribute), inherit: false);

    private static int Height(Type type, FieldInfo field)
    {
        int height = 0;
        for (Type? owner = type; owner != field.DeclaringType; owner = owner!.BaseType)
        {
            height++;
        }

        return height;
    }
}

/// <summary>A captured variable that cannot travel.</summary>
/// <param name="Name">As the author wrote it.</param>
/// <param name="Type">Its declared type.</param>
/// <param name="Reason">Why not.</param>
internal sealed record Obstacle(string Name, Type Type, string Reason);
