using System.Runtime.CompilerServices;

namespace Overlap.ApiTests;

/// <summary>The public surface is a text under review: one file per namespace in <c>Approved/</c>.</summary>
/// <remarks>After a wanted change run the tests with <c>OVERLAP_APPROVE_API=1</c> and read the difference.</remarks>
public sealed class PublicApiTests
{
    private static readonly Type[] Shown =
    [
        .. new[]
        {
            typeof(Executors.IExecutor),
            typeof(Testing.VirtualTimeProvider),
            typeof(Distributed.Client.TaskClient),
            typeof(Distributed.Redis.RedisBroker),
            typeof(Distributed.Sqlite.SqliteBroker),
        }
            .SelectMany(static type => type.Assembly.GetExportedTypes()),
    ];

    public static TheoryData<string> Namespaces { get; } = [.. Shown.Select(static type => type.Namespace!).Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Namespaces))]
    public void Namespace_PublicSurface_IsTheApprovedOne(string name)
    {
        string actual = ApiPrinter.Print(Shown.Where(type => type.Namespace == name));
        string file = Path.Combine(Folder(), $"{name}.txt");
        if (Environment.GetEnvironmentVariable("OVERLAP_APPROVE_API") == "1")
        {
            File.WriteAllText(file, actual);
        }

        Assert.True(File.Exists(file), $"Approved/{name}.txt is missing: run with OVERLAP_APPROVE_API=1 and read it");
        Assert.Equal(File.ReadAllText(file), actual);
    }

    [Fact]
    public void ApprovedFiles_Namespaces_AllExist() =>
        Assert.Equal(
            Shown.Select(static type => type.Namespace).Distinct().Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(Folder(), "*.txt").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public void RootNamespace_Types_ThereAreNone() => Assert.DoesNotContain(Shown, static type => type.Namespace == "Overlap");

    internal static IEnumerable<Type> TypesOf(string name) => Shown.Where(type => type.Namespace == name);

    internal static string Root() => Path.GetFullPath(Path.Combine(Folder(), "../../.."));

    private static string Folder([CallerFilePath] string here = "")
    {
        string beside = Path.Combine(Path.GetDirectoryName(here) ?? "", "Approved");
        if (Directory.Exists(beside))
        {
            return beside;
        }

        // A deterministic build hides the real path of the sources: then the test program's own place leads up to them.
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Overlap.slnx")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The checkout was not found."), "tests/Overlap.ApiTests/Approved");
    }
}
