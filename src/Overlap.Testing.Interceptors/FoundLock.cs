using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace Overlap.Testing.Interceptors;

/// <summary>A <c>lock</c> statement in a file that explores threads: the compiler lets nobody take its place.</summary>
internal sealed record FoundLock
{
    private FoundLock(string path, TextSpan span, LinePositionSpan lines)
    {
        Path = path;
        Span = span;
        Lines = lines;
    }

    public string Path { get; }

    public TextSpan Span { get; }

    public LinePositionSpan Lines { get; }

    public static FoundLock? Of(GeneratorSyntaxContext context, CancellationToken cancellationToken)
    {
        SyntaxToken keyword = ((LockStatementSyntax)context.Node).LockKeyword;
        bool explores = context.Node.SyntaxTree.GetRoot(cancellationToken).DescendantTokens()
            .Any(static token => token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText is "ThreadExplorer" or "RunThreads" or "ReplayThreads");
        return explores
            ? new FoundLock(context.Node.SyntaxTree.FilePath, keyword.Span, context.Node.SyntaxTree.GetLineSpan(keyword.Span, cancellationToken).Span)
            : null;
    }
}
