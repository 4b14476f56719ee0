using System.Text.Json;
using Overlap.Cli.Tests.Jobs.Fetch;

namespace Overlap.Cli.Tests.Commands;

/// <summary>What a run is worth when somebody kills its worker processes.</summary>
public sealed class WorkerDeathTests
{
    private const int Pages = 20;

    [Fact]
    public async Task Compare_WorkersAreKilled_NamesTheirItemsAndDoesAllOthers()
    {
        (int exitCode, JsonElement report, string error) = await KillAsync();

        JsonElement run = report.GetProperty("comparisons")[0].GetProperty("runs")[0];
        int failed = run.GetProperty("failed").GetInt32();
        Assert.Equal(("processes", 1), (run.GetProperty("model").GetString(), exitCode));
        Assert.Equal(Pages, report.GetProperty("comparisons")[0].GetProperty("items").GetInt32());
        Assert.InRange(failed, 1, 2);
        Assert.Equal(failed, error.Split('\n').Count(static line => line.StartsWith("processes: /", StringComparison.Ordinal) && line.Contains("SIGKILL", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Compare_WorkersAreKilledWithRetries_DoesEverything()
    {
        (int exitCode, JsonElement report, _) = await KillAsync("--retries", "1");

        JsonElement comparison = report.GetProperty("comparisons")[0];
        Assert.Equal((0, Pages), (exitCode, comparison.GetProperty("items").GetInt32()));
        Assert.Equal(0, comparison.GetProperty("runs")[0].GetProperty("failed").GetInt32());
    }

    [Fact]
    public async Task Fetch_WorkerIsKilledInTheMiddleOfAFile_StoresItOnceAndWhole()
    {
        string body = new('x', 300_000);
        TaskCompletionSource halfSent = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HostileServer site = HostileServer.Start(async connection =>
        {
            string head = (await connection.ReadRequestAsync())!;
            int start = head.Contains("\r\nRange: bytes=", StringComparison.Ordinal)
                ? int.Parse(head.Split("\r\nRange: bytes=")[1].Split('-')[0], System.Globalization.CultureInfo.InvariantCulture)
                : 0;
            string answer = (start == 0 ? "HTTP/1.1 200 OK\r\n" : $"HTTP/1.1 206 Part\r\nContent-Range: bytes {start}-{body.Length - 1}/{body.Length}\r\n")
                + $"ETag: \"v1\"\r\nContent-Length: {body.Length - start}\r\n\r\n{body[start..]}";
            if (connection.Number == 1)
            {
                await connection.SendAsync(answer[..200_000]);
                halfSent.SetResult();
                await connection.HangAsync();
            }

            await connection.SendAsync(answer);
        });
        using DownloadBed bed = new();
        using CliProcess program = CliProcess.Start(
            "fetch", site.Url("/file.txt"), "--out", bed.Folder, "--model", "processes", "--workers", "1", "--retries", "1", "--jsonl");
        await halfSent.Task.WaitAsync(Patience.Usual, TestContext.Current.CancellationToken);
        KillWorkersOf(program);

        (int exitCode, string output, _) = await program.EndAsync();

        Assert.Equal(0, exitCode);
        Assert.Equal(2, JsonDocument.Parse(output).RootElement.GetProperty("attempts").GetInt32());
        Assert.Equal(["file.txt"], bed.Names);
        Assert.Equal(body, await File.ReadAllTextAsync(bed.PathOf("file.txt"), TestContext.Current.CancellationToken));
    }

    private static void KillWorkersOf(CliProcess program)
    {
        foreach (int worker in program.Children())
        {
            CliProcess.Signal(worker, CliProcess.Kill);
        }
    }

    /// <summary>Kills every worker when the site holds a request of each; the site answers only requests that come later.</summary>
    private static async Task<(int ExitCode, JsonElement Report, string Error)> KillAsync(params string[] options)
    {
        TaskCompletionSource bothAsked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int asked = 0;
        await using HostileServer site = HostileServer.Start(async connection =>
        {
            while (await connection.ReadRequestAsync() is not null)
            {
                int number = Interlocked.Increment(ref asked);
                if (number <= 2)
                {
                    if (number == 2)
                    {
                        bothAsked.SetResult();
                    }

                    await connection.HangAsync();
                }

                await connection.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
            }
        });
        using CliProcess program = CliProcess.Start(
            ["compare", "pages", "--models", "processes", "--workers", "2", "--count", $"{Pages}", "--site", site.Url("/"), "--json", "-q", .. options]);
        await bothAsked.Task.WaitAsync(Patience.Usual, TestContext.Current.CancellationToken);
        KillWorkersOf(program);

        (int exitCode, string output, string error) = await program.EndAsync();
        return (exitCode, JsonDocument.Parse(output).RootElement, error);
    }
}
