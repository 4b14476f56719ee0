using System.Reflection;

namespace Overlap.Processes.Functions;

/// <summary>The code of one method, and what is known so far of the objects that reach it.</summary>
internal sealed class MethodCode
{
    private readonly Type[] _typeArguments;
    private readonly Type[] _methodArguments;

    private MethodCode(MethodBase method, List<Instruction> instructions, MethodBody body, Type[] parameters)
    {
        Method = method;
        Instructions = instructions;
        LocalTypes = [.. body.LocalVariables.OrderBy(static local => local.LocalIndex).Select(static local => local.LocalType)];
        Locals = new Reach[LocalTypes.Length];
        Arguments = [.. parameters.Select(static _ => Reach.Nothing)];
        _typeArguments = method.DeclaringType?.GetGenericArguments() ?? [];
        _methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        foreach (ExceptionHandlingClause clause in body.ExceptionHandlingClauses)
        {
            Stacks[clause.HandlerOffset] = clause.Flags is ExceptionHandlingClauseOptions.Finally or ExceptionHandlingClauseOptions.Fault ? [] : [Reach.Nothing];
            if (clause.Flags == ExceptionHandlingClauseOptions.Filter)
            {
                Stacks[clause.FilterOffset] = [Reach.Nothing];
            }
        }
    }

    public MethodBase Method { get; }

    public List<Instruction> Instructions { get; }

    public Type[] LocalTypes { get; }

    public Reach[] Locals { get; }

    public Reach[] Arguments { get; }

    /// <summary>What is on the stack where a jump arrives, by offset.</summary>
    public Dictionary<int, Reach[]> Stacks { get; } = [];

    public Reach Returned { get; set; } = Reach.Nothing;

    /// <summary>Whether code that is not looked at calls it too, and gets what it returns.</summary>
    public bool IsCalledByOthers { get; set; }

    public bool ReturnsValue => Method is MethodInfo method && method.ReturnType != typeof(void);

    /// <returns><see langword="null"/> for a method whose code is not there or not understood.</returns>
    public static MethodCode? Of(MethodBase method)
    {
        if (method.IsAbstract || method.ContainsGenericParameters || method.GetMethodBody() is not { } body || body.GetILAsByteArray() is not { } bytes
            || Instruction.Split(bytes) is not { } instructions)
        {
            return null;
        }

        IEnumerable<Type> parameters = method.GetParameters().Select(static parameter => parameter.ParameterType);
        return new MethodCode(method, instructions, body, [.. method.IsStatic ? [] : new[] { method.DeclaringType! }, .. parameters]);
    }

    public MethodBase MethodAt(int token) => Method.Module.ResolveMethod(token, _typeArguments, _methodArguments)!;

    public FieldInfo FieldAt(int token) => Method.Module.ResolveField(token, _typeArguments, _methodArguments)!;

    public Type TypeAt(int token) => Method.Module.ResolveType(token, _typeArguments, _methodArguments);

    public byte[] SignatureAt(int token) => Method.Module.ResolveSignature(token);
}
