using System.Reflection;

namespace Overlap.Processes.Functions;

/// <summary>An object that the code of a function reaches: a captured one, or a closure that the code itself makes while it runs.</summary>
internal sealed class Scope(Type type, object? instance, bool isCaptured)
{
    private readonly Dictionary<(Module, int), FieldInfo> _read = [];
    private readonly Dictionary<(Module, int), (FieldInfo Field, Scope Scope)> _inner = [];
    private readonly Dictionary<(Module, int), Reach> _stored = [];

    /// <summary>The type as it is while the function is looked at, not as declared.</summary>
    public Type Type { get; } = type;

    /// <summary>Whether it exists when the function is sent.</summary>
    public bool IsCaptured { get; } = isCaptured;

    /// <summary>Whether code that is not looked at gets it.</summary>
    public bool HasEscaped { get; set; }

    /// <summary>Whether code that cannot be looked at may read its fields, so that what it holds has escaped with it.</summary>
    public bool IsOpen { get; set; }

    /// <summary>What the code puts into it.</summary>
    public IEnumerable<Reach> Stored => _stored.Values;

    public IEnumerable<FieldInfo> ReadFields => _read.Values;

    public IEnumerable<(FieldInfo Field, Scope Scope)> Inner => _inner.Values;

    /// <summary>Notes that a field is read.</summary>
    /// <returns>What may be in it, as far as it is followed.</returns>
    public Reach Load(FieldInfo field, ref bool hasChanged)
    {
        (Module, int) key = (field.Module, field.MetadataToken);
        Reach stored = _stored.GetValueOrDefault(key, Reach.Nothing);
        if (!IsCaptured || FunctionNames.IsCache(field))
        {
            return stored;
        }

        if (!FunctionNames.IsThis(field) && !FunctionNames.IsClosure(field.FieldType))
        {
            hasChanged |= _read.TryAdd(key, field);
            return stored;
        }

        if (!_inner.TryGetValue(key, out (FieldInfo Field, Scope Scope) inner))
        {
            object? value = instance is null ? null : field.GetValue(instance);
            inner = (field, new Scope(value?.GetType() ?? field.FieldType, value, isCaptured: true));
            _inner.Add(key, inner);
            hasChanged = true;
        }

        return stored.With(new Reach(inner.Scope));
    }

    public void Store(FieldInfo field, Reach value, ref bool hasChanged)
    {
        (Module, int) key = (field.Module, field.MetadataToken);
        Reach before = _stored.GetValueOrDefault(key, Reach.Nothing);
        Reach after = before.With(value);
        if (!ReferenceEquals(before, after))
        {
            _stored[key] = after;
            hasChanged = true;
        }
    }
}

/// <summary>What a place on the stack, a local or a field may hold, as far as it is followed.</summary>
internal sealed class Reach
{
    public static readonly Reach Nothing = new([], null);

    public Reach(Scope scope)
        : this([scope], null)
    {
    }

    public Reach(MethodBase method)
        : this([], method)
    {
    }

    private Reach(Scope[] scopes, MethodBase? method)
    {
        Scopes = scopes;
        Method = method;
    }

    public Scope[] Scopes { get; }

    /// <summary>The method whose address it is.</summary>
    public MethodBase? Method { get; }

    /// <summary>Gives what may be either; this very object if the other adds nothing.</summary>
    public Reach With(Reach other)
    {
        if (other.Scopes.All(Scopes.Contains))
        {
            return Method is null && other.Method is not null ? new Reach(Scopes, other.Method) : this;
        }

        return new Reach([.. Scopes.Union(other.Scopes)], Method ?? other.Method);
    }
}
