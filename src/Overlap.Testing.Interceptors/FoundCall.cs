using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Overlap.Testing.Interceptors;

/// <summary>A call that is intercepted, or one that should be and cannot; text only, so that the compiler can keep it from one edit to the next.</summary>
internal sealed record FoundCall
{
    /// <summary>Stands for the name in <see cref="Method"/>.</summary>
    public const string Name = "@";

    private FoundCall(string method, string attribute, string? missing, string path, TextSpan span, LinePositionSpan lines)
    {
        Method = method;
        Attribute = attribute;
        Missing = missing;
        Path = path;
        Span = span;
        Lines = lines;
    }

    /// <summary>The interceptor, but for its name; the same for all calls of one method.</summary>
    public string Method { get; }

    /// <summary>The attribute that names the call's place for the compiler.</summary>
    public string Attribute { get; }

    /// <summary>The method that nothing can take the place of; <see langword="null"/>: the call is intercepted.</summary>
    public string? Missing { get; }

    public string Path { get; }

    public TextSpan Span { get; }

    public LinePositionSpan Lines { get; }

    public static FoundCall? Of(GeneratorSyntaxContext context, CancellationToken cancellationToken)
    {
        InvocationExpressionSyntax call = (InvocationExpressionSyntax)context.Node;
        if (context.SemanticModel.GetSymbolInfo(call, cancellationToken).Symbol is not IMethodSymbol { OriginalDefinition: var method })
        {
            return null;
        }

        IMethodSymbol? hook = CallTable.HookOf(method, context.SemanticModel.Compilation, out bool isMissing);
        FileLinePositionSpan place = call.SyntaxTree.GetLineSpan(call.Span, cancellationToken);
        if (isMissing)
        {
            string missing = string.Format(CultureInfo.InvariantCulture, "{0}.{1}", method.ContainingType.Name, method.Name);
            return new FoundCall("", "", missing, place.Path, call.Span, place.Span);
        }

        return hook is not null && context.SemanticModel.GetInterceptableLocation(call, cancellationToken) is { } location
            ? new FoundCall(MethodShape.Write(method, hook, Name), location.GetInterceptsLocationAttributeSyntax(), null, "", default, default)
            : null;
    }
}
