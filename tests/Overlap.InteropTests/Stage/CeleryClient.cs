using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Overlap.InteropTests.Stage;

/// <summary>A Python process that runs what a user of Celery would write.</summary>
public sealed class CeleryClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly Lazy<Task<Process>> _process = new(StartAsync);
    private Task<string>? _errors;

    /// <summary>Runs the body of a function, in which every task, <c>app</c> and <c>patience</c> have their names, and gives what it returns.</summary>
    public async Task<JsonNode?> RunAsync(string url, string code, object? settings = null)
    {
        JsonObject answer = await AskAsync(url, code, settings);
        return answer.TryGetPropertyValue("value", out JsonNode? value) ? value : throw new InvalidOperationException((string?)answer["traceback"]);
    }

    /// <summary>Runs a body that is to raise an exception, and gives its type, module, args and traceback.</summary>
    public async Task<JsonObject> RaiseAsync(string url, string code, object? settings = null)
    {
        JsonObject answer = await AskAsync(url, code, settings);
        Assert.False(answer.ContainsKey("value"), $"Nothing was raised, but this returned: {answer["value"]?.ToJsonString()}");
        return answer;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process.IsValueCreated)
        {
            using Process process = await _process.Value;
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Patience);
        }

        _turn.Dispose();
    }

    private static async Task<Process> StartAsync()
    {
        await Programs.EnsureAsync();
        return Process.Start(new ProcessStartInfo(Programs.Python, ["-W", "ignore", "celery_client.py"])
        {
            WorkingDirectory = Path.Combine(AppContext.BaseDirectory, "Python"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        })!;
    }

    private async Task<JsonObject> AskAsync(string url, string code, object? settings)
    {
        Process process = await _process.Value;
        _errors ??= process.StandardError.ReadToEndAsync();
        string line = JsonSerializer.Serialize(new { url, settings = settings ?? new { }, code });
        await _turn.WaitAsync();
        try
        {
            await process.StandardInput.WriteLineAsync(line);
            await process.StandardInput.FlushAsync();
            string? answer = await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
            return JsonNode.Parse(answer ?? throw new InvalidOperationException(await _errors))!.AsObject();
        }
        finally
        {
            _turn.Release();
        }
    }
}
