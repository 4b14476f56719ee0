using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Overlap.Testing.Interceptors;

namespace Overlap.Intercepted.Tests;

/// <summary>What the compiler says of calls that stay out of the explorer's hands, and what it is left alone with.</summary>
public sealed class WarningTests
{
    [Fact]
    public void LockStatement_FileThatExploresThreads_IsWarnedOf()
    {
        Diagnostic warning = Assert.Single(Compile("""
            using Overlap.Testing.Exploration;
            class C { void M(ThreadExplorer x, object gate) { lock (gate) { } } }
            """).Warnings);

        Assert.Equal("OVLP001", warning.Id);
        Assert.Equal(1, warning.Location.GetLineSpan().StartLinePosition.Line);
    }

    [Fact]
    public void LockStatement_OtherFile_IsNobodysConcern() => Assert.Empty(Compile("class C { void M(object gate) { lock (gate) { } } }").Warnings);

    [Fact]
    public void LockScope_ThatCannotBeIntercepted_IsWarnedOf()
    {
        Diagnostic warning = Assert.Single(Compile("class C { void M(System.Threading.Lock gate) { using (gate.EnterScope()) { } } }").Warnings);

        Assert.Equal("OVLP002", warning.Id);
        Assert.Contains("Lock.EnterScope", warning.GetMessage(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    [Fact]
    public void Calls_OfOtherTypesWithTheSameNames_AreLeftAlone()
    {
        (ImmutableArray<Diagnostic> warnings, string[] sources) = Compile("""
            static class Monitor { public static void Enter(object o) { } }
            class C { void Run() { } void M() { Monitor.Enter(this); Run(); System.IO.File.Exists(nameof(Run)); } }
            """);

        Assert.Empty(warnings);
        Assert.Empty(sources);
    }

    [Fact]
    public void Calls_OfOneMethod_ShareOneInterceptor()
    {
        string source = Assert.Single(Compile("""
            using System.Threading;
            class C { int i; void M() { Interlocked.Increment(ref i); Interlocked.Increment(ref i); Volatile.Read(ref i); } }
            """).Sources);

        Assert.Equal(2, source.Split("public static").Length - 1);
        Assert.Equal(3, source.Split("InterceptsLocationAttribute(").Length - 2);
    }

    private static (ImmutableArray<Diagnostic> Warnings, string[] Sources) Compile(string source)
    {
        CSharpParseOptions options = new(LanguageVersion.Latest);
        string[] assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Explored",
            [CSharpSyntaxTree.ParseText(source, options, "Explored.cs")],
            assemblies.Select(static path => MetadataReference.CreateFromFile(path)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        GeneratorDriverRunResult result = CSharpGeneratorDriver.Create([new CallInterceptor().AsSourceGenerator()], parseOptions: options)
            .RunGenerators(compilation).GetRunResult();
        return (result.Diagnostics, [.. result.GeneratedTrees.Select(static tree => tree.ToString())]);
    }
}
