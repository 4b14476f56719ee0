using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Channels;

namespace Overlap.InteropTests.Stage;

/// <summary>A real Celery worker in a process of its own.</summary>
internal sealed class CeleryWorker : IAsyncDisposable
{
    private const int Terminate = 15;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly Task _pumps;
    private readonly Channel<string> _told = Channel.CreateUnbounded<string>();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _log = [];
    private bool _isEnded;

    private CeleryWorker(Process process)
    {
        _process = process;
        _pumps = Task.WhenAll(PumpLogAsync(), PumpToldAsync());
    }

    /// <summary>What its tasks tell: <c>started ID</c> and <c>finished ID</c>.</summary>
    public ChannelReader<string> Told => _told.Reader;

    /// <summary>Starts one, and waits until it consumes and hears what is said to all.</summary>
    public static async Task<CeleryWorker> StartAsync(string url, string name, string[] options, object? settings = null, bool mingles = false)
    {
        await Programs.EnsureAsync();
        int listenersBefore = await CountListenersAsync(url);
        string[] arguments =
        [
            "-W", "ignore", "-m", "celery", "-A", "interop_app", "worker", "-n", name, "--without-gossip", "--loglevel", "INFO", .. options,

            // Else it waits a second at its start for what the others know.
            .. mingles ? (ReadOnlySpan<string>)[] : ["--without-mingle"],
        ];
        ProcessStartInfo start = new(Programs.Python, arguments)
        {
            WorkingDirectory = Path.Combine(AppContext.BaseDirectory, "Python"),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["OVERLAP_BROKER"] = url,
                ["OVERLAP_TELLS"] = "1",
                ["VIDEO_SECONDS"] = "0",
                ["OVERLAP_CONF"] = JsonSerializer.Serialize(settings ?? new { }),
                ["PYTHONDONTWRITEBYTECODE"] = "1",

                // Else it warns that it runs as the super-user.
                ["C_FORCE_ROOT"] = "1",
            },
        };

        // Celery takes it for the value of its option of that name, which is to be a truth value.
        start.Environment.Remove("NO_COLOR");
        CeleryWorker worker = new(Process.Start(start)!);
        Task first = await Task.WhenAny(worker._ready.Task, worker._pumps).WaitAsync(Patience);
        if (first != worker._ready.Task)
        {
            throw new InvalidOperationException("The Celery worker ended: " + string.Join('\n', worker._log));
        }

        // It says that it is ready a moment before it listens. What is said to all in between, it never hears.
        using CancellationTokenSource patience = new(Patience);
        while (await CountListenersAsync(url) == listenersBefore)
        {
            patience.Token.ThrowIfCancellationRequested();
        }

        return worker;
    }

    /// <summary>Kills it, with its children.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await EndAsync();
    }

    /// <summary>Stops it as an operator would.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isEnded)
        {
            return;
        }

        if (Signal(_process.Id, Terminate) != 0)
        {
            throw new InvalidOperationException("The Celery worker ended by itself: " + string.Join('\n', _log));
        }

        try
        {
            await EndAsync();
        }
        catch (TimeoutException)
        {
            await KillAsync();
        }
    }

    /// <summary>How many links of Celery's listen to patterns in a database; .NET's links have names.</summary>
    private static async Task<int> CountListenersAsync(string url)
    {
        string database = $" db={url[(url.LastIndexOf('/') + 1)..]} ";
        string[] links = (await InteropStage.AskAsync(url, "CLIENT", "LIST")).AsText().Split('\n');
        return links.Count(link => link.Contains(database, StringComparison.Ordinal) && link.Contains(" name= ", StringComparison.Ordinal)
            && link.Contains(" psub=", StringComparison.Ordinal) && !link.Contains(" psub=0 ", StringComparison.Ordinal));
    }

    private async Task EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(15));
        await _pumps.WaitAsync(Patience);
        _isEnded = true;
        _process.Dispose();
    }

    private async Task PumpLogAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            _log.Add(line);
            if (line.EndsWith(" ready.", StringComparison.Ordinal))
            {
                _ready.TrySetResult();
            }
        }
    }

    private async Task PumpToldAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            // Celery's banner comes here too.
            if (line.StartsWith("started ", StringComparison.Ordinal) || line.StartsWith("finished ", StringComparison.Ordinal))
            {
                _told.Writer.TryWrite(line);
            }
        }

        _told.Writer.Complete();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
