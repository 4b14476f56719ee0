using System.Reflection;

namespace Overlap.Processes.Functions;

/// <summary>Reads the code of a function, and of all that it reaches in its closure, to learn which captured fields it needs.</summary>
/// <remarks>
/// The code is run over "what may be there" instead of values, round after round until nothing new is learnt: where the captured objects go, and
/// which of their fields are read. What goes where the code is not looked at has escaped, and all of it is needed (F4).
/// Closures that the code makes itself, for pausing functions and inner scopes, are followed too, one for each type.
/// </remarks>
internal sealed partial class CaptureAnalysis
{
    private const int MostMethods = 2_000;
    private const int MostRounds = 200;

    private readonly Dictionary<MethodBase, MethodCode> _methods = [];
    private readonly List<MethodCode> _order = [];
    private readonly Dictionary<Type, Scope> _made = [];
    private readonly Scope _root;
    private bool _hasChanged;
    private bool _isLost;

    private CaptureAnalysis(Scope root) => _root = root;

    /// <summary>Finds what a function reads of the object it is bound to.</summary>
    public static Scope Run(MethodInfo method, object target)
    {
        Scope root = new(target.GetType(), target, isCaptured: true);
        new CaptureAnalysis(root).Run(method);
        return root;
    }

    private void Run(MethodInfo method)
    {
        Begin(method, new Reach(_root));
        int rounds = 0;
        do
        {
            _hasChanged = false;
            for (int i = 0; i < _order.Count && !_isLost; i++)
            {
                Walk(_order[i]);
            }

            _isLost |= ++rounds > MostRounds || _order.Count > MostMethods;
        }
        while (_hasChanged && !_isLost);

        if (_isLost)
        {
            Escape(new Reach(_root));
        }
    }

    /// <summary>Looks at a method that unknown code calls, on an object that is followed.</summary>
    private void Begin(MethodBase method, Reach self)
    {
        if (Enter(method, [self]) is { } code)
        {
            code.IsCalledByOthers = true;
        }
        else
        {
            Open(self);
        }
    }

    /// <summary>Notes that code which cannot be looked at reads the fields of objects.</summary>
    private void Open(Reach value)
    {
        Escape(value);
        foreach (Scope scope in value.Scopes)
        {
            if (!scope.IsOpen)
            {
                scope.IsOpen = true;
                foreach (Reach stored in scope.Stored.ToArray())
                {
                    Escape(stored);
                }
            }
        }
    }

    /// <summary>Looks at a method that gets objects that are followed.</summary>
    /// <returns><see langword="null"/> if there is no code to look at.</returns>
    private MethodCode? Enter(MethodBase method, Reach[] arguments)
    {
        if (!_methods.TryGetValue(method, out MethodCode? code))
        {
            code = MethodCode.Of(method);
            if (code is null)
            {
                return null;
            }

            for (int i = 0; i < code.Locals.Length; i++)
            {
                // A closure that is a struct lives in a local, and is handed on by address.
                Type local = code.LocalTypes[i];
                code.Locals[i] = local.IsValueType && FunctionNames.IsClosure(local) ? new Reach(Made(local)) : Reach.Nothing;
            }

            _methods.Add(method, code);
            _order.Add(code);
            _hasChanged = true;
        }

        for (int i = 0; i < arguments.Length; i++)
        {
            Join(ref code.Arguments[i], arguments[i]);
        }

        return code;
    }

    private Scope Made(Type type)
    {
        if (!_made.TryGetValue(type, out Scope? scope))
        {
            scope = new Scope(type, null, isCaptured: false);
            _made.Add(type, scope);
        }

        return scope;
    }

    private void Join(ref Reach place, Reach value)
    {
        Reach joined = place.With(value);
        if (!ReferenceEquals(joined, place))
        {
            place = joined;
            _hasChanged = true;
        }
    }

    /// <summary>Notes that code which is not looked at gets objects.</summary>
    private void Escape(Reach value)
    {
        foreach (Scope scope in value.Scopes)
        {
            if (scope.HasEscaped)
            {
                continue;
            }

            scope.HasEscaped = true;
            _hasChanged = true;
            if (!scope.IsCaptured)
            {
                // A state machine that the runtime gets, an iterator that is given back: what others can do with it is to call its methods.
                foreach (MethodInfo method in scope.Type.GetMethods(Metadata.Instance))
                {
                    Begin(method, new Reach(scope));
                }

                continue;
            }

            scope.IsOpen = true;
            foreach (FieldInfo field in FieldsOf(scope.Type))
            {
                Escape(scope.Load(field, ref _hasChanged));
            }
        }
    }

    public static IEnumerable<FieldInfo> FieldsOf(Type type)
    {
        for (Type? owner = type; owner is not null; owner = owner.BaseType)
        {
            foreach (FieldInfo field in owner.GetFields(Metadata.Instance))
            {
                yield return field;
            }
        }
    }
}
