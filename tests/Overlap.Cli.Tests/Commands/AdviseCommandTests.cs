using System.Text.Json;
using System.Xml.Linq;
using Overlap.Cli.Tests.Jobs.Thumbnail;

namespace Overlap.Cli.Tests.Commands;

public sealed class AdviseCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Advise_Json_PrintsExactlyTheDocumentedNames()
    {
        JsonElement advice = await JsonAsync("advise", "pages", "--count", "40", "--delay", "2ms", "--budget", "1s", "--json");
        Assert.Equal(
            [
                "version", "job", "model", "workers", "worthIt", "bound", "confidence", "cores", "item", "measured", "fit", "prediction",
                "evidence", "whyNot", "limits", "leaveAlone", "doubts", "foreignLoad", "budgetSeconds", "spentSeconds",
            ],
            NamesOf(advice));
        Assert.Equal(
            ["measured", "seconds", "computingSeconds", "waitingSeconds", "delayedSeconds", "blockedSeconds", "waitShare", "voluntarySwitches", "involuntarySwitches", "firstSeconds"],
            NamesOf(advice.GetProperty("item")));
        Assert.Equal(
            ["model", "workers", "perSecond", "standardError", "itemSeconds", "items", "failed", "refused"],
            NamesOf(advice.GetProperty("measured")[0]));
        Assert.Equal(
            ["items", "oneByOneSeconds", "seconds", "leastSeconds", "mostSeconds", "speedup", "leastSpeedup", "mostSpeedup"],
            NamesOf(advice.GetProperty("prediction")));
        Assert.Equal("pages", advice.GetProperty("job").GetString());
    }

    [Fact]
    public async Task Advise_Text_SaysWhatItRestsOnAndKeepsOutputForData()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("advise", "pages", "--count", "40", "--delay", "2ms", "--budget", "1s");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("Recommendation: ", output, StringComparison.Ordinal);
        Assert.Contains("  Evidence    One worker, ", output, StringComparison.Ordinal);
        Assert.Contains("  Confidence  ", output, StringComparison.Ordinal);
        Assert.Equal("overlap: measuring pages for up to 1.00 s; its items are done for real\n", error);
    }

    [Fact]
    public async Task Advise_Command_DoesEachItemOnceAtTheMost()
    {
        string log = _folder.PathOf("done");
        string[] items = [.. Enumerable.Range(0, 30).Select(static i => $"item{i}")];
        (int exitCode, string output, _) = await InProcess.RunAsync(
            ["advise", "--budget", "2s", "--", "sh", "-c", $"echo $0 >> {log}; echo noise", "{}", ":::", .. items]);
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain("noise", output, StringComparison.Ordinal);
        string[] done = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.NotEmpty(done);
        Assert.Equal(done.Distinct(), done);
        Assert.Subset(items.ToHashSet(), done.ToHashSet());
    }

    [Fact]
    public async Task Advise_CommandWithoutDashes_IsACommand()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("advise", "--budget", "1s", "true", ":::", "a", "b", "c", "d", "e", "f");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("Recommendation: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Advise_CommandReadsItsItemsFromAFile_GoesOnWhereItStopped()
    {
        string list = _folder.PathOf("list");
        string log = _folder.PathOf("done");
        await File.WriteAllLinesAsync(list, Enumerable.Range(0, 40).Select(static i => $"{i}"), TestContext.Current.CancellationToken);
        (int exitCode, _, _) = await InProcess.RunAsync("advise", "--budget", "2s", "-i", list, "--", "sh", "-c", $"echo $0 >> {log}", "{}");
        Assert.Equal(0, exitCode);
        string[] done = await File.ReadAllLinesAsync(log, TestContext.Current.CancellationToken);
        Assert.Equal(done.Distinct(), done);
    }

    [Fact]
    public async Task Advise_Curve_IsAPicture()
    {
        string file = _folder.PathOf("curve.svg");
        (int exitCode, _, _) = await InProcess.RunAsync("advise", "pages", "--count", "40", "--delay", "2ms", "--budget", "1s", "--curve", file, "--quiet");
        Assert.Equal(0, exitCode);
        Assert.Equal("svg", XDocument.Load(file).Root!.Name.LocalName);
    }

    [Fact]
    public async Task Advise_EveryItemFails_IsOneLineAndExitCodeOne()
    {
        // A budget that no machine uses up: with the last item it ends before.
        (int exitCode, string output, string error) = await InProcess.RunAsync("advise", "--quiet", "--budget", "5m", "--", "false", ":::", "a", "b", "c");
        Assert.Equal(1, exitCode);
        Assert.Empty(output);
        Assert.Matches(@"^overlap: all [23] items of run that were tried failed, so there is nothing to measure; the first: a: exit code 1\n$", error);
    }

    [Fact]
    public async Task Advise_OnePicture_IsFoundToBeOneItem()
    {
        string folder = Directory.CreateDirectory(_folder.PathOf("pictures")).FullName;
        await File.WriteAllBytesAsync(Path.Join(folder, "a.jpg"), Pictures.Jpeg(120, 90), TestContext.Current.CancellationToken);

        JsonElement advice = await JsonAsync("advise", "thumbnail", folder, "--out", _folder.PathOf("small"), "--budget", "1s", "--json");

        Assert.Equal((1, false), (advice.GetProperty("workers").GetInt32(), advice.GetProperty("worthIt").GetBoolean()));
        Assert.Equal("There is one item: nothing to overlap it with.", Assert.Single(advice.GetProperty("leaveAlone").EnumerateArray()).GetString());
    }

    [Fact]
    public async Task Advise_TheOneItemFails_IsOneLineThatNamesIt()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("advise", "--quiet", "--budget", "1s", "--", "false", ":::", "a");
        Assert.Equal((1, ""), (exitCode, output));
        Assert.Equal("overlap: the one item of run that was tried failed, so there is nothing to measure: a: exit code 1\n", error);
    }

    [Fact]
    public async Task Advise_OneItemInText_SaysThatThereIsNothingToOverlap()
    {
        (_, string output, _) = await InProcess.RunAsync("advise", "--quiet", "--budget", "1s", "--", "true", ":::", "a");
        Assert.StartsWith("Recommendation: none yet    confidence: low\n", output, StringComparison.Ordinal);
        Assert.Contains("  Leave it?   There is one item: nothing to overlap it with.\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("recommended", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Advise_OneItem_IsToldWithLowConfidence()
    {
        JsonElement advice = await JsonAsync("advise", "--json", "--budget", "1s", "--", "true", ":::", "a");
        Assert.Equal("low", advice.GetProperty("confidence").GetString());
        Assert.Equal(1, advice.GetProperty("workers").GetInt32());
        Assert.False(advice.GetProperty("worthIt").GetBoolean());
    }

    [Fact]
    public async Task Advise_LibraryWorksOnThreadsOfItsOwn_IsToldAsComputing()
    {
        byte[] picture = Pictures.Jpeg(1_200, 900);
        string folder = Directory.CreateDirectory(_folder.PathOf("pictures")).FullName;
        for (int i = 0; i < 4; i++)
        {
            await File.WriteAllBytesAsync(Path.Join(folder, $"{i}.jpg"), picture, TestContext.Current.CancellationToken);
        }

        JsonElement item = (await JsonAsync("advise", "thumbnail", folder, "--out", _folder.PathOf("small"), "--budget", "2s", "--json")).GetProperty("item");

        // The thread that waits for the library takes a tenth of that for a picture.
        Assert.InRange(item.GetProperty("computingSeconds").GetDouble(), 0.003, item.GetProperty("seconds").GetDouble() + 0.001);
    }

    [Fact]
    public Task Advise_NoSuchCommand_NamesIt() =>
        RefusedAsync(5, "no-such-program-anywhere", "advise", "--quiet", "--", "no-such-program-anywhere", "{}", ":::", "a");

    [Fact]
    public Task Advise_NoItem_SaysSo() => RefusedAsync(2, "there is no item of run to measure", "advise", "--quiet", "--", "true", ":::");

    [Fact]
    public Task Advise_Nothing_SaysWhatItTakes() => RefusedAsync(2, "advise what?", "advise");

    [Fact]
    public Task Advise_UnknownJob_ListsThem() => RefusedAsync(2, "there is no 'pagse'", "advise", "pagse");

    [Theory]
    [InlineData("0")]
    [InlineData("1ms")]
    [InlineData("0%")]
    [InlineData("200%")]
    [InlineData("much")]
    public Task Advise_BadBudget_SaysWhatAGoodOneIs(string budget) => RefusedAsync(2, "a time such as 10s", "advise", "fib", "--budget", budget);

    [Fact]
    public Task Advise_CurveOfAnotherKind_IsRefusedBeforeAnythingRuns() => RefusedAsync(2, "'curve.png' does not end in .svg", "advise", "fib", "--curve", "curve.png");

    [Fact]
    public async Task Advise_Help_NamesTheOptionsOfTheJobToo()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("advise", "pages", "--help");
        Assert.Equal(0, exitCode);
        Assert.Contains("--delay", output, StringComparison.Ordinal);
        Assert.Contains("--budget", output, StringComparison.Ordinal);
    }

    private static async Task RefusedAsync(int code, string message, params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(arguments);
        Assert.Equal(code, exitCode);
        Assert.Empty(output);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }

    private static async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(arguments);
        Assert.True(exitCode == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static string[] NamesOf(JsonElement element) => [.. element.EnumerateObject().Select(static property => property.Name)];
}
