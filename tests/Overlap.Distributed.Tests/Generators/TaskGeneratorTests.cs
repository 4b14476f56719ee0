using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Overlap.Distributed.Client;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Worker;
using Overlap.Generators;

namespace Overlap.Distributed.Tests.Generators;

public sealed class TaskGeneratorTests
{
    [Fact]
    public void Create_ProjectWithTasks_HasThemAll() => Assert.Equal(
        ["video.add", "video.describe", "video.nothing", "video.process", "video.sum", "video.wait"],
        GeneratedTasks.Create().Definitions.Select(static definition => definition.Name));

    [Fact]
    public void FromAssembly_ProjectWithTasks_FindsTheGeneratedRegistry() =>
        Assert.Equal(6, TaskRegistry.FromAssembly(typeof(VideoTasks).Assembly).Definitions.Length);

    [Fact]
    public void FromAssembly_ProjectWithoutTasks_SaysSo()
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(static () => TaskRegistry.FromAssembly(typeof(TaskRegistry).Assembly));

        Assert.Contains("has no methods with a [TaskName]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_TaskNamesItsOptions_HasThem()
    {
        Assert.True(GeneratedTasks.Create().TryGet("video.nothing", out TaskDefinition? definition));

        Assert.Equal(9, definition.Options.MaxRetries);
    }

    [Fact]
    public async Task Sender_Awaited_GivesTheTypedResult()
    {
        await using WorkerBench bench = new();
        GeneratedTasks.AddTo(bench.Registry);
        await bench.StartAsync();

        TaskHandle<VideoResult> video = await bench.Client.ProcessVideo("home_video.mp4");
        TaskHandle<int> sum = await bench.Client.Add(2);
        TaskHandle<long> longSum = await bench.Client.Sum([1, 2, 3]);
        TaskHandle<string> text = await bench.Client.Describe();
        TaskHandle nothing = await bench.Client.Nothing(new CallOptions { TaskId = "my-own-id" });

        Assert.Equal(new VideoResult("home_video.mp4", "processed_home_video.mp4", "video.process"), await video.GetAsync());
        Assert.Equal(42, await sum.GetAsync());
        Assert.Equal(6, await longSum.GetAsync());
        Assert.Equal("nothing True 1.5 Friday none", await text.GetAsync());
        Assert.Equal("my-own-id", nothing.Id);
    }

    [Theory]
    [InlineData("public static int M<T>(T a) => 1;", "it is generic, or its class is")]
    [InlineData("public int M() => 1;", "it is not static")]
    [InlineData("private static int M() => 1;", "it, or its class, cannot be seen from other files")]
    [InlineData("public static int M(ref int a) => 1;", "its parameter 'a' is passed by reference")]
    public void Generate_MethodCannotBeATask_SaysWhy(string method, string reason)
    {
        ImmutableArray<Diagnostic> diagnostics = Generate($"public class C {{ [Overlap.Distributed.Tasks.TaskName(\"t\")] {method} }}");

        Diagnostic diagnostic = Assert.Single(diagnostics);
        Assert.Equal("OVLP101", diagnostic.Id);
        Assert.EndsWith(reason, diagnostic.GetMessage(), StringComparison.Ordinal);
    }

    [Fact]
    public void Generate_TwoTasksOfOneName_SaysSo()
    {
        const string Source = """
            public class C
            {
                [Overlap.Distributed.Tasks.TaskName("t")] public static int M() => 1;
                [Overlap.Distributed.Tasks.TaskName("t")] public static int N() => 1;
            }
            """;

        Assert.Equal("OVLP102", Assert.Single(Generate(Source)).Id);
    }

    private static ImmutableArray<Diagnostic> Generate(string source)
    {
        IEnumerable<MetadataReference> references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Append(typeof(TaskRegistry).Assembly.Location)
            .Distinct()
            .Select(static path => MetadataReference.CreateFromFile(path));
        CSharpCompilation compilation = CSharpCompilation.Create(
            "Generated", [CSharpSyntaxTree.ParseText(source)], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        CSharpGeneratorDriver.Create(new TaskGenerator()).RunGeneratorsAndUpdateCompilation(compilation, out _, out ImmutableArray<Diagnostic> diagnostics);
        return diagnostics;
    }
}
