using Microsoft.CodeAnalysis;

namespace Overlap.Testing.Interceptors;

/// <summary>Compares methods, and writes the one that stands between a call and what takes its place.</summary>
internal static class MethodShape
{
    private const string Receiver = "self";

    private static readonly SymbolDisplayFormat Full = SymbolDisplayFormat.FullyQualifiedFormat;

    /// <summary>The type arguments under which a candidate takes what a method takes, its receiver first.</summary>
    /// <returns><see langword="null"/>: it takes something else.</returns>
    public static IReadOnlyDictionary<ITypeParameterSymbol, ITypeSymbol>? ArgumentsFor(IMethodSymbol candidate, IMethodSymbol method)
    {
        Dictionary<ITypeParameterSymbol, ITypeSymbol> arguments = new(SymbolEqualityComparer.Default);
        int skipped = method.IsStatic ? 0 : 1;
        if (candidate.Parameters.Length != method.Parameters.Length + skipped
            || (skipped == 1 && !IsMatch(candidate.Parameters[0].Type, method.ContainingType, arguments)))
        {
            return null;
        }

        for (int i = 0; i < method.Parameters.Length; i++)
        {
            IParameterSymbol taken = candidate.Parameters[i + skipped];
            if (taken.RefKind != method.Parameters[i].RefKind || !IsMatch(taken.Type, method.Parameters[i].Type, arguments))
            {
                return null;
            }
        }

        return candidate.TypeParameters.All(arguments.ContainsKey) ? arguments : null;
    }

    /// <summary>Writes a method that may take the place of another in a call, and calls a third.</summary>
    /// <param name="method">The method that is called, as it is defined: an interceptor of a generic method is generic itself, and so can stand for
    /// calls with types that only the caller may see.</param>
    /// <param name="hook">What is called instead.</param>
    /// <param name="name">The name of the one that is written.</param>
    public static string Write(IMethodSymbol method, IMethodSymbol hook, string name)
    {
        ITypeParameterSymbol[] own = [.. method.ContainingType.TypeParameters, .. method.TypeParameters];
        List<string> parameters = [];
        List<string> passed = [];
        if (!method.IsStatic)
        {
            parameters.Add($"this {ReceiverKind(method.ContainingType)}{method.ContainingType.ToDisplayString(Full)} {Receiver}");
            passed.Add((hook.Parameters[0].RefKind == RefKind.Ref ? "ref " : "") + Receiver);
        }

        foreach (IParameterSymbol parameter in method.Parameters)
        {
            (string declared, string argument) = parameter.RefKind switch
            {
                RefKind.Ref => ("ref ", "ref "),
                RefKind.Out => ("out ", "out "),
                RefKind.In => ("in ", "in "),
                RefKind.RefReadOnlyParameter => ("ref readonly ", "in "),
                // As a span of params is, which may not leave the call.
                _ => (parameter.ScopedKind == ScopedKind.ScopedValue ? "scoped " : "", ""),
            };
            parameters.Add($"{declared}{parameter.Type.ToDisplayString(Full)} p{parameter.Ordinal}");
            passed.Add($"{argument}p{parameter.Ordinal}");
        }

        IReadOnlyDictionary<ITypeParameterSymbol, ITypeSymbol> arguments = ArgumentsFor(hook, method)!;
        string declaredTypes = own.Length == 0 ? "" : $"<{string.Join(", ", own.Select(static type => type.Name))}>";
        string passedTypes = hook.Arity == 0 ? "" : $"<{string.Join(", ", hook.TypeParameters.Select(type => arguments[type].ToDisplayString(Full)))}>";
        string bounds = string.Concat(own.Where(static type => type.HasReferenceTypeConstraint).Select(static type => $" where {type.Name} : class"));
        return $"public static {method.ReturnType.ToDisplayString(Full)} {name}{declaredTypes}({string.Join(", ", parameters)}){bounds} => "
            + $"{hook.ContainingType.ToDisplayString(Full)}.{hook.Name}{passedTypes}({string.Join(", ", passed)});";
    }

    // The compiler wants the receiver of a struct's method as the struct has it itself.
    private static string ReceiverKind(INamedTypeSymbol type) => !type.IsValueType ? "" : type.IsReadOnly ? "in " : "ref ";

    private static bool IsMatch(ITypeSymbol pattern, ITypeSymbol actual, Dictionary<ITypeParameterSymbol, ITypeSymbol> arguments)
    {
        switch (pattern, actual)
        {
            case (ITypeParameterSymbol parameter, _):
                if (arguments.TryGetValue(parameter, out ITypeSymbol? known))
                {
                    return SymbolEqualityComparer.Default.Equals(known, actual);
                }

                arguments.Add(parameter, actual);
                return true;
            case (INamedTypeSymbol { IsGenericType: true } left, INamedTypeSymbol { IsGenericType: true } right):
                return SymbolEqualityComparer.Default.Equals(left.OriginalDefinition, right.OriginalDefinition)
                    && left.TypeArguments.Zip(right.TypeArguments, (inner, other) => IsMatch(inner, other, arguments)).All(static isMatch => isMatch);
            case (IArrayTypeSymbol left, IArrayTypeSymbol right):
                return left.Rank == right.Rank && IsMatch(left.ElementType, right.ElementType, arguments);
            default:
                return SymbolEqualityComparer.Default.Equals(pattern, actual);
        }
    }
}
