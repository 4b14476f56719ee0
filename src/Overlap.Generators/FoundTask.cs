using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Overlap.Generators;

/// <summary>A method that is a task, or one that cannot be; text only, so that the compiler can keep it from one edit to the next.</summary>
internal sealed record FoundTask
{
    private const string ContextType = "global::Overlap.Distributed.Tasks.TaskContext";
    private const string TokenType = "global::System.Threading.CancellationToken";

    private static readonly SymbolDisplayFormat WithNullability = SymbolDisplayFormat.FullyQualifiedFormat
        .AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private FoundTask(string name, string? defect, Location location)
    {
        Name = name;
        Defect = defect;
        Path = location.SourceTree?.FilePath ?? "";
        Span = location.SourceSpan;
        Lines = location.GetLineSpan().Span;
    }

    /// <summary>The name that clients call it by.</summary>
    public string Name { get; }

    /// <summary>Why it cannot be a task; <see langword="null"/>: it can.</summary>
    public string? Defect { get; }

    /// <summary>The namespace of its class; empty: none.</summary>
    public string Namespace { get; private set; } = "";

    /// <summary>The name of its class, with those around it.</summary>
    public string ClassName { get; private set; } = "";

    /// <summary>The name of its sender: that of the method, without the word for asynchronous.</summary>
    public string Sender { get; private set; } = "";

    /// <summary>Whether all that its sender shows can be seen from outside.</summary>
    public bool IsPublic { get; private set; }

    /// <summary>The line that adds it to a registry.</summary>
    public string Registration { get; private set; } = "";

    /// <summary>The type of its result as its caller sees it; <see langword="null"/>: it has none.</summary>
    public string? ResultType { get; private set; }

    /// <summary>The parameters of its sender, each with a comma after it.</summary>
    public string SenderParameters { get; private set; } = "";

    /// <summary>The arguments of its signature, with a comma before each.</summary>
    public string SenderArguments { get; private set; } = "";

    public string Path { get; }

    public TextSpan Span { get; }

    public LinePositionSpan Lines { get; }

    public static FoundTask Of(GeneratorAttributeSyntaxContext context, CancellationToken cancellationToken)
    {
        IMethodSymbol method = (IMethodSymbol)context.TargetSymbol;
        AttributeData attribute = context.Attributes[0];
        string name = attribute.ConstructorArguments.Length == 1 ? attribute.ConstructorArguments[0].Value as string ?? "" : "";
        Location location = method.Locations[0];
        if (DefectOf(method, name) is { } defect)
        {
            return new FoundTask(name, defect, location);
        }

        string? options = attribute.NamedArguments.FirstOrDefault(static argument => argument.Key == "Options").Value.Value as string;
        cancellationToken.ThrowIfCancellationRequested();
        return new FoundTask(name, null, location).With(method, options);
    }

    private static string? DefectOf(IMethodSymbol method, string name)
    {
        if (name.Length == 0)
        {
            return "its name is empty";
        }

        if (!method.IsStatic)
        {
            return "it is not static";
        }

        if (method.MethodKind != MethodKind.Ordinary)
        {
            return "it is no method of a class";
        }

        if (method.IsGenericMethod || EnclosingTypes(method).Any(static type => type.IsGenericType))
        {
            return "it is generic, or its class is";
        }

        if (method.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal)
            || EnclosingTypes(method).Any(static type => type.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected || type.IsFileLocal))
        {
            return "it, or its class, cannot be seen from other files";
        }

        if (method.ReturnsByRef || method.ReturnsByRefReadonly || method.ReturnType.IsRefLikeType)
        {
            return "what it returns cannot leave it";
        }

        IParameterSymbol? wrong = method.Parameters.FirstOrDefault(static parameter =>
            parameter.RefKind != RefKind.None || parameter.Type.IsRefLikeType || parameter.Type.TypeKind == TypeKind.Pointer);
        return wrong is null ? null : $"its parameter '{wrong.Name}' is passed by reference";
    }

    private static IEnumerable<INamedTypeSymbol> EnclosingTypes(ISymbol symbol)
    {
        for (INamedTypeSymbol? type = symbol.ContainingType; type is not null; type = type.ContainingType)
        {
            yield return type;
        }
    }

    private FoundTask With(IMethodSymbol method, string? options)
    {
        INamedTypeSymbol type = method.ContainingType;
        Namespace = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();
        ClassName = string.Concat(EnclosingTypes(method).Reverse().Select(static enclosing => enclosing.Name));
        Sender = method.Name.Length > 5 && method.Name.EndsWith("Async", StringComparison.Ordinal) ? method.Name.Substring(0, method.Name.Length - 5) : method.Name;
        (ResultType, ITypeSymbol? result, string invocation) = Returned(method.ReturnType);
        List<string> declarations = [];
        StringBuilder arguments = new();
        StringBuilder senderParameters = new();
        StringBuilder senderArguments = new();
        foreach (IParameterSymbol parameter in method.Parameters)
        {
            string bare = parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
            arguments.Append(arguments.Length == 0 ? "" : ", ");
            if (bare is ContextType or TokenType)
            {
                arguments.Append(bare == ContextType ? "context" : "context.CancellationToken");
                continue;
            }

            string shown = parameter.Type.ToDisplayString(WithNullability);
            string otherwise = parameter.HasExplicitDefaultValue ? Literal(parameter) : "";
            int index = declarations.Count;
            declarations.Add(Text($"new(\"{parameter.Name}\", typeof({bare}){(otherwise.Length == 0 ? "" : ", true")})"));
            arguments.Append(Text(otherwise.Length == 0 ? $"arguments.Read<{shown}>({index})" : (FormattableString)$"arguments.ReadOr<{shown}>({index}, {otherwise})"));
            senderParameters.Append(shown).Append(" @").Append(parameter.Name).Append(otherwise.Length == 0 ? ", " : $" = {otherwise}, ");
            senderArguments.Append($", client.Converter.Write<{shown}>(@{parameter.Name})");
        }

        string target = $"{type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}.{method.Name}({arguments})";
        string settings = options is null ? "" : $", {type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat)}.{options}";
        Registration = $"registry.Add(new global::Overlap.Distributed.Tasks.TaskDefinition({Quoted(Name)}, [{string.Join(", ", declarations)}], "
            + $"static {string.Format(CultureInfo.InvariantCulture, invocation, target)}{settings}));";
        SenderParameters = senderParameters.ToString();
        SenderArguments = senderArguments.ToString();
        IsPublic = method.DeclaredAccessibility == Accessibility.Public
            && EnclosingTypes(method).All(static enclosing => enclosing.DeclaredAccessibility == Accessibility.Public)
            && method.Parameters.All(static parameter => IsVisible(parameter.Type))
            && (result is null || IsVisible(result));
        return this;
    }

    private static bool IsVisible(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => IsVisible(array.ElementType),
        INamedTypeSymbol named => named.TypeArguments.All(IsVisible)
            && (named.SpecialType != SpecialType.None || (named.DeclaredAccessibility == Accessibility.Public && EnclosingTypes(named).All(static enclosing => enclosing.DeclaredAccessibility == Accessibility.Public))),
        _ => true,
    };

    // What a caller gets, and how the invoker gets there; {0} stands for the call.
    private static (string? Type, ITypeSymbol? Symbol, string Invocation) Returned(ITypeSymbol type)
    {
        const string Nothing = "async (arguments, context) => {{ await {0}.ConfigureAwait(false); return default; }}";
        const string Something = "async (arguments, context) => arguments.Write(await {0}.ConfigureAwait(false))";
        string name = type.OriginalDefinition.ToDisplayString();
        if (type.SpecialType == SpecialType.System_Void)
        {
            return (null, null, "(arguments, context) => {{ {0}; return default; }}");
        }

        if (name is "System.Threading.Tasks.Task" or "System.Threading.Tasks.ValueTask")
        {
            return (null, null, Nothing);
        }

        if (name is "System.Threading.Tasks.Task<TResult>" or "System.Threading.Tasks.ValueTask<TResult>")
        {
            ITypeSymbol result = ((INamedTypeSymbol)type).TypeArguments[0];
            return (result.ToDisplayString(WithNullability), result, Something);
        }

        return (type.ToDisplayString(WithNullability), type, "(arguments, context) => new(arguments.Write({0}))");
    }

    private static string Literal(IParameterSymbol parameter)
    {
        string type = parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return parameter.ExplicitDefaultValue switch
        {
            null => $"default({type})",
            string text => Quoted(text),
            bool flag => flag ? "true" : "false",
            char character => SymbolDisplay.FormatLiteral(character, quote: true),
            double number when double.IsNaN(number) || double.IsInfinity(number) => number > 0 ? "double.PositiveInfinity" : number < 0 ? "double.NegativeInfinity" : "double.NaN",
            object number => $"({type})({Convert.ToString(number, CultureInfo.InvariantCulture)}{(number is decimal ? "m" : number is ulong ? "ul" : "")})",
        };
    }

    private static string Quoted(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
