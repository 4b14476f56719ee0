using System.Reflection;

namespace Overlap.Processes.Functions;

internal sealed partial class CaptureAnalysis
{
    private Reach Load(Reach from, FieldInfo field) =>
        from.Scopes.Aggregate(Reach.Nothing, (reach, scope) => reach.With(scope.Load(field, ref _hasChanged)));

    private void Store(Reach into, FieldInfo field, Reach value)
    {
        if (into.Scopes.Length == 0)
        {
            Escape(value);
        }

        foreach (Scope scope in into.Scopes)
        {
            scope.Store(field, value, ref _hasChanged);
            if (scope.IsOpen || !FunctionNames.IsClosure(scope.Type))
            {
                // Any code may find it there.
                Escape(value);
            }
        }
    }

    private void LoadVirtual(Reach self, MethodBase method)
    {
        if (self.Scopes.Length > 1)
        {
            // More than one implementation may be meant.
            Escape(self);
        }

        Push(new Reach(self.Scopes is [Scope only] ? Implementation(only.Type, method) ?? method : method));
    }

    private void Make(MethodBase constructor)
    {
        Reach[] arguments = PopArguments(constructor.GetParameters().Length);
        Type type = constructor.DeclaringType!;
        if (typeof(Delegate).IsAssignableFrom(type) && arguments is [Reach target, { Method: { } method }])
        {
            if (target.Scopes.Length > 0)
            {
                BeginDelegate(method, target);
            }

            Push(Reach.Nothing);
            return;
        }

        if (FunctionNames.IsClosure(type))
        {
            Reach made = new(Made(type));
            Push(Enter(constructor, [made, .. arguments]) is null ? throw new NotSupportedException() : made);
            return;
        }

        EscapeAll(arguments);
        Push(Reach.Nothing);
    }

    // The function may be called at any time, by anybody: what it returns is lost from sight.
    private void BeginDelegate(MethodBase method, Reach target)
    {
        foreach (Scope scope in target.Scopes)
        {
            if (!method.IsStatic && IsNative(method))
            {
                Open(target);
            }
            else
            {
                Begin(method, new Reach(scope));
            }
        }
    }

    private void CallIndirect(byte[] signature)
    {
        // The convention, the count of parameters, then the type of the result: 1 is "none".
        if (signature.Length < 3 || signature[1] >= 0x80 || (signature[0] & 0x10) != 0)
        {
            throw new NotSupportedException();
        }

        int count = signature[1] + ((signature[0] & 0x20) != 0 ? 1 : 0);
        Pop();
        EscapeAll(PopArguments(count));
        if (signature[2] is 0x1F or 0x20)
        {
            throw new NotSupportedException();
        }

        if (signature[2] != 0x01)
        {
            Push(Reach.Nothing);
        }
    }

    private void Call(MethodBase method, bool isVirtual)
    {
        Reach[] arguments = PopArguments(method.GetParameters().Length + (method.IsStatic ? 0 : 1));
        Reach result = Reach.Nothing;
        if (arguments.Any(static argument => argument.Scopes.Length > 0))
        {
            result = method.IsStatic ? CallStatic(method, arguments) : CallOn(method, arguments, isVirtual);
        }

        if (method is MethodInfo { ReturnType: { } type } && type != typeof(void))
        {
            Push(result);
        }
    }

    private Reach CallStatic(MethodBase method, Reach[] arguments)
    {
        // A method of the runtime's is not looked at: what it does with an object depends on too much else.
        MethodCode? code = FrameworkTypes.Holds(method.DeclaringType!) ? null : Enter(Constrained(method), arguments);
        if (code is null)
        {
            EscapeAll(arguments);
        }

        return code?.Returned ?? Reach.Nothing;
    }

    private Reach CallOn(MethodBase method, Reach[] arguments, bool isVirtual)
    {
        if (arguments[0].Scopes.Length == 0)
        {
            EscapeAll(arguments);
            return Reach.Nothing;
        }

        Reach result = Reach.Nothing;
        foreach (Scope scope in arguments[0].Scopes)
        {
            MethodBase? callee = (isVirtual || _constrained is not null) && method.IsVirtual ? Implementation(scope.Type, method) : method;
            if (callee is not null && IsHarmless(callee))
            {
                EscapeAll(arguments[1..]);
                continue;
            }

            MethodCode? code = callee is null || callee.DeclaringType!.IsAssignableFrom(scope.Type) is false || IsNative(callee)
                ? null
                : Enter(callee, [new Reach(scope), .. arguments[1..]]);
            if (code is null)
            {
                EscapeAll(arguments);
            }
            else
            {
                result = result.With(code.Returned);
            }
        }

        return result;
    }

    // What every object can do without a look at its fields.
    private static bool IsHarmless(MethodBase method) =>
        method.DeclaringType == typeof(object) && method.Name is not nameof(MemberwiseClone);

    // Methods whose code is the runtime's own: what they read is not to be seen.
    private static bool IsNative(MethodBase method) =>
        method.DeclaringType == typeof(ValueType) || method.DeclaringType == typeof(object) || method.GetMethodBody() is null;

    private MethodBase Constrained(MethodBase method) =>
        _constrained is null ? method : Implementation(_constrained, method) ?? throw new NotSupportedException();

    private void EscapeAll(Reach[] values)
    {
        foreach (Reach value in values)
        {
            Escape(value);
        }
    }

    private Reach[] PopArguments(int count)
    {
        Reach[] arguments = new Reach[count];
        for (int i = count - 1; i >= 0; i--)
        {
            arguments[i] = Pop();
        }

        return arguments;
    }

    /// <summary>Finds the code that a virtual call runs on an object of a type.</summary>
    private static MethodBase? Implementation(Type type, MethodBase method)
    {
        if (method is not MethodInfo { IsVirtual: true } wanted || method.DeclaringType is not { } declaring)
        {
            return method;
        }

        MethodInfo open = wanted.IsGenericMethod ? wanted.GetGenericMethodDefinition() : wanted;
        MethodInfo? found = declaring.IsInterface ? OfInterface(type, declaring, open) : OfClass(type, open);
        return found is null ? null : wanted.IsGenericMethod ? found.MakeGenericMethod(wanted.GetGenericArguments()) : found;
    }

    private static MethodInfo? OfClass(Type type, MethodInfo method)
    {
        MethodInfo root = method.GetBaseDefinition();
        for (Type? owner = type; owner is not null; owner = owner.BaseType)
        {
            MethodInfo? found = Array.Find(owner.GetMethods(Metadata.Instance), candidate => candidate.IsVirtual && candidate.GetBaseDefinition() == root);
            if (found is not null)
            {
                return found;
            }
        }

        return null;
    }

    private static MethodInfo? OfInterface(Type type, Type declaring, MethodInfo method)
    {
        if (!declaring.IsAssignableFrom(type) || type.IsInterface || !type.GetInterfaces().Contains(declaring))
        {
            return null;
        }

        InterfaceMapping map = type.GetInterfaceMap(declaring);
        int index = Array.IndexOf(map.InterfaceMethods, method);
        return index < 0 ? null : map.TargetMethods[index];
    }
}
