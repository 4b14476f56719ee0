using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Overlap.Testing.Interceptors;

/// <summary>Which types of the runtime are intercepted, and where what takes the place of their methods is found.</summary>
/// <remarks>The methods themselves stand nowhere in a list: a method is intercepted when a public static method of the same shape is there.</remarks>
internal static class CallTable
{
    private const string StandIns = "Overlap.Testing.Exploration.StandIns.";
    private const string Intercepted = "Overlap.Testing.Exploration.Intercepted.";

    // Whole: a call of a method that nothing takes the place of is worth a warning, since it works on what the others have under control.
    private static readonly Dictionary<string, (string[] Hooks, bool IsWhole)> Types = new()
    {
        ["Interlocked"] = ([StandIns + "Interlocked"], true),
        ["Volatile"] = ([StandIns + "Volatile"], true),
        ["Monitor"] = ([StandIns + "Monitor"], true),
        ["Lock"] = ([Intercepted + "LockCalls"], true),
        ["SpinWait"] = ([StandIns + "SpinWait", Intercepted + "SpinWaitCalls"], false),
        ["Thread"] = ([StandIns + "Thread"], false),
        ["SemaphoreSlim"] = ([Intercepted + "SemaphoreCalls"], false),
        ["CancellationTokenSource"] = ([Intercepted + "TimeCalls"], false),
        ["Task"] = ([Intercepted + "TaskCalls", Intercepted + "TimeCalls"], false),
        ["ValueTask"] = ([Intercepted + "TaskCalls"], false),
    };

    private static readonly HashSet<string> Names =
    [
        "Add", "And", "CancelAfter", "CompareExchange", "ConfigureAwait", "Decrement", "Delay", "Enter", "EnterScope", "Exchange", "Exit", "Increment",
        "IsEntered", "MemoryBarrier", "MemoryBarrierProcessWide", "Or", "Pulse", "PulseAll", "Read", "ReadBarrier", "Release", "Run", "Sleep", "SpinOnce",
        "SpinUntil", "SpinWait", "TryEnter", "Wait", "WaitAll", "WaitAsync", "Write", "WriteBarrier", "Yield",
    ];

    /// <summary>Whether a node can be a call that is intercepted, as far as its text says.</summary>
    public static bool MayConcern(SyntaxNode node) => node is InvocationExpressionSyntax call && NameOf(call) is { } name && Names.Contains(name);

    /// <summary>What takes the place of a method.</summary>
    /// <returns><see langword="null"/>: nothing does.</returns>
    public static IMethodSymbol? HookOf(IMethodSymbol method, Compilation compilation, out bool isMissing)
    {
        isMissing = false;
        INamedTypeSymbol type = method.ContainingType;
        string space = type.ContainingNamespace?.ToDisplayString() ?? "";
        if (type.ContainingType is not null || space is not ("System.Threading" or "System.Threading.Tasks") || !Types.TryGetValue(type.Name, out var entry))
        {
            return null;
        }

        IMethodSymbol? hook = entry.Hooks.Select(compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>()
            .SelectMany(hooks => hooks.GetMembers(method.Name)).OfType<IMethodSymbol>()
            .Where(static candidate => candidate is { IsStatic: true, DeclaredAccessibility: Accessibility.Public })
            .OrderBy(static candidate => candidate.Arity)
            .FirstOrDefault(candidate => MethodShape.ArgumentsFor(candidate, method) is not null);
        isMissing = hook is null && entry.IsWhole && compilation.GetTypeByMetadataName(entry.Hooks[0]) is not null;
        return hook;
    }

    private static string? NameOf(InvocationExpressionSyntax call) => call.Expression switch
    {
        MemberAccessExpressionSyntax { Name: { } name } => name.Identifier.ValueText,
        MemberBindingExpressionSyntax { Name: { } name } => name.Identifier.ValueText,
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };
}
