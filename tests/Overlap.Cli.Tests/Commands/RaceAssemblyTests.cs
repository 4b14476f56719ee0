using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Methods with [Explored] in an assembly of somebody else: here those of this test assembly.</summary>
public sealed class RaceAssemblyTests
{
    private static readonly string Assembly = typeof(RaceAssemblyTests).Assembly.Location;

    [Fact]
    public async Task Race_AssemblyWithFilter_RunsTheMethodsThatMatch()
    {
        using JsonDocument document = await ReadAsync(1, "race", "--assembly", Assembly, "--filter", "ExploredCounters.Unsafe", "--json");

        JsonElement root = document.RootElement;
        Assert.Equal("ExploredCounters.UnsafeAsync", root.GetProperty("program").GetString());
        Assert.Equal("assertion", root.GetProperty("failure").GetProperty("kind").GetString());
        Assert.Contains(root.GetProperty("failure").GetProperty("steps").EnumerateArray(), static step => step.GetProperty("file").GetString() == "ExploredCounters.cs");
    }

    [Fact]
    public async Task Race_SeedOfAnAssembly_RepeatsTheSameSteps()
    {
        using JsonDocument first = await ReadAsync(1, "race", "--assembly", Assembly, "--filter", "ExploredCounters.Unsafe", "--json");
        JsonElement found = first.RootElement.GetProperty("failure");

        using JsonDocument again = await ReadAsync(
            1, "race", "--assembly", Assembly, "--filter", "ExploredCounters.Unsafe", "--json", "--seed", found.GetProperty("seed").GetString()!);

        Assert.Equal(found.GetProperty("steps").GetRawText(), again.RootElement.GetProperty("failure").GetProperty("steps").GetRawText());
    }

    [Fact]
    public async Task Race_AllOfAnAssembly_OneObjectEach()
    {
        using JsonDocument document = await ReadAsync(1, "race", "--assembly", Assembly, "--json", "--schedules", "500");

        Assert.Equal(
            ["ExploredCounters.SafeAsync", "ExploredCounters.UnsafeAsync"],
            document.RootElement.GetProperty("programs").EnumerateArray().Select(static program => program.GetProperty("program").GetString()));
    }

    [Fact]
    public async Task Race_ProgramPrints_GoesToStandardError()
    {
        (_, string output, string error) = await CliProcess.RunAsync("race", "--assembly", Assembly, "--filter", "ExploredCounters.Safe");

        Assert.DoesNotContain("counting", output, StringComparison.Ordinal);
        Assert.Contains("counting", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Race_FilterThatMatchesNothing_NamesWhatThereIs()
    {
        (int exitCode, string output, string error) = await CliProcess.RunAsync("race", "--assembly", Assembly, "--filter", "nothing");

        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        Assert.Equal(
            "overlap: no explored method of Overlap.Cli.Tests.dll has 'nothing' in its name; there are ExploredCounters.SafeAsync, ExploredCounters.UnsafeAsync\n",
            error);
    }

    [Fact]
    public async Task Race_SeedForSeveralMethods_AsksForOne()
    {
        (int exitCode, _, string error) = await CliProcess.RunAsync("race", "--assembly", Assembly, "--seed", "a1-10-E366F5NM");

        Assert.Equal(2, exitCode);
        Assert.StartsWith("overlap: a seed replays one program: choose it by --filter; there are ExploredCounters.SafeAsync", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Race_AssemblyWithoutTheLibrary_SaysSo()
    {
        using TemporaryFolder folder = new();
        string alone = folder.PathOf("Alone.dll");
        File.Copy(Assembly, alone);

        (int exitCode, _, string error) = await CliProcess.RunAsync("race", "--assembly", alone);

        Assert.Equal(2, exitCode);
        Assert.Equal("overlap: Alone.dll has no Overlap.Testing.dll beside it: it has no explored methods\n", error);
    }

    [Fact]
    public async Task Race_NotAnAssembly_SaysSo()
    {
        using TemporaryFolder folder = new();
        string text = folder.PathOf("text.dll");
        await File.WriteAllTextAsync(text, "no assembly", TestContext.Current.CancellationToken);
        foreach (string library in (string[])["Overlap.Testing.dll", "Overlap.dll"])
        {
            File.Copy(Path.Combine(AppContext.BaseDirectory, library), folder.PathOf(library));
        }

        (int exitCode, _, string error) = await CliProcess.RunAsync("race", "--assembly", text);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("overlap: text.dll cannot be loaded: ", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static letter => letter == '\n'));
    }

    private static async Task<JsonDocument> ReadAsync(int expectedCode, params string[] arguments)
    {
        (int exitCode, string output, string error) = await CliProcess.RunAsync(arguments);
        Assert.True(exitCode == expectedCode, $"exit code {exitCode}: {error}");
        return JsonDocument.Parse(output);
    }
}
