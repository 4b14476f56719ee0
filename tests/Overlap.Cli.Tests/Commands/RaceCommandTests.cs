using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

public sealed class RaceCommandTests
{
    [Fact]
    public async Task Race_BankAccount_TellsLossAndSafety()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("race", "bank-account");

        Assert.Equal(1, exitCode);
        Assert.Equal("", error);
        Assert.Contains("lost update", output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("alice", output, StringComparison.Ordinal);
        Assert.Contains("BankAccount.cs:", output, StringComparison.Ordinal);
        Assert.Contains("bank-account/safe", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Race_BankAccount_FitsOneScreen()
    {
        (_, string output, _) = await InProcess.RunAsync("race", "bank-account");

        string[] lines = output.TrimEnd('\n').Split('\n');
        Assert.InRange(lines.Length, 10, 40);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, 120));
    }

    [Fact]
    public async Task Race_BankAccountAsJson_UnsafeFirstThenSafe()
    {
        using JsonDocument document = await ReadAsync(1, "race", "bank-account", "--json");

        JsonElement root = document.RootElement;
        Assert.Equal(1, root.GetProperty("version").GetInt32());
        JsonElement[] programs = [.. root.GetProperty("programs").EnumerateArray()];
        Assert.Equal(["bank-account/unsafe", "bank-account/safe"], programs.Select(static program => program.GetProperty("program").GetString()));
        JsonElement failure = programs[0].GetProperty("failure");
        Assert.Equal("lost-update", failure.GetProperty("kind").GetString());
        Assert.NotEmpty(failure.GetProperty("steps").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, programs[1].GetProperty("failure").ValueKind);
        Assert.True(programs[1].GetProperty("exhausted").GetBoolean());
        Assert.All(programs, static program => Assert.Equal(1, program.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Race_SeedOfAFailure_RepeatsTheSameSteps()
    {
        using JsonDocument first = await ReadAsync(1, "race", "bank-account", "--json");
        JsonElement found = first.RootElement.GetProperty("programs")[0].GetProperty("failure");

        using JsonDocument again = await ReadAsync(1, "race", "bank-account", "--json", "--seed", found.GetProperty("seed").GetString()!);

        JsonElement repeated = again.RootElement.GetProperty("failure");
        Assert.Equal(found.GetProperty("steps").GetRawText(), repeated.GetProperty("steps").GetRawText());
        Assert.Equal(found.GetProperty("seed").GetString(), repeated.GetProperty("seed").GetString());
    }

    [Fact]
    public async Task Race_CommandThatItPrints_RepeatsTheFailure()
    {
        (_, string output, _) = await InProcess.RunAsync("race", "bank-account");
        string command = output.Split('\n').Single(static line => line.StartsWith("  again: overlap ", StringComparison.Ordinal))["  again: overlap ".Length..];

        (int exitCode, string again, _) = await InProcess.RunAsync(command.Split(' '));

        Assert.Equal(1, exitCode);
        Assert.Contains("lost update (replayed)", again, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Race_SafeFormOnly_ExitsCleanWithOneObject()
    {
        using JsonDocument document = await ReadAsync(0, "race", "bank-account/safe", "--json");

        Assert.Equal("bank-account/safe", document.RootElement.GetProperty("program").GetString());
    }

    [Fact]
    public async Task Race_Transfers_IsADeadlock()
    {
        using JsonDocument document = await ReadAsync(1, "race", "transfers/unsafe", "--json");

        Assert.Equal("deadlock", document.RootElement.GetProperty("failure").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Race_EachStory_FailsUnsafeAndHoldsSafe()
    {
        foreach (string story in (string[])["bank-account", "transfers"])
        {
            using JsonDocument document = await ReadAsync(1, "race", story, "--json");
            Assert.Equal(
                [JsonValueKind.Object, JsonValueKind.Null],
                document.RootElement.GetProperty("programs").EnumerateArray().Select(static program => program.GetProperty("failure").ValueKind));
        }
    }

    [Theory]
    [InlineData(2, "race needs a NAME (bank-account, transfers) or --assembly FILE", "race")]
    [InlineData(2, "there is no story 'bank'; there are bank-account, transfers", "race", "bank")]
    [InlineData(2, "race takes a NAME or --assembly, not both", "race", "bank-account", "--assembly", "x.dll")]
    [InlineData(5, "cannot read nowhere.dll: no such file", "race", "--assembly", "nowhere.dll")]
    [InlineData(2, "--strategy: 'luck' is not portfolio, exhaustive, random or pct", "race", "bank-account", "--strategy", "luck")]
    [InlineData(2, "--schedules: '0' is not a whole number, at least 1", "race", "bank-account", "--schedules", "0")]
    public async Task Race_BadInput_OneLineAndItsExitCode(int expectedCode, string expectedLine, params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(arguments);

        Assert.Equal($"overlap: {expectedLine}\n", error);
        Assert.Equal(expectedCode, exitCode);
        Assert.Equal("", output);
    }

    [Fact]
    public async Task Race_MistypedSeed_OneLineThatNamesIt()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("race", "bank-account", "--seed", "a1-nonsense");

        Assert.Equal(2, exitCode);
        Assert.Equal("", output);
        Assert.Contains("a1-nonsense", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static letter => letter == '\n'));
    }

    private static async Task<JsonDocument> ReadAsync(int expectedCode, params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(arguments);
        Assert.True(exitCode == expectedCode, $"exit code {exitCode}: {error}");
        return JsonDocument.Parse(output);
    }
}
