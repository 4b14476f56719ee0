using System.Diagnostics;
using System.Globalization;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>A real redis-server of the test's own, on a free port of the loopback, in a folder of its own, ended by its handle.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly ReservedPort _port = new();
    private readonly string[] _settings;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("overlap-redis-");
    private Process? _process;

    private RedisProcess(Func<string, string, string[]> settings)
    {
        _settings = settings(Port.ToString(CultureInfo.InvariantCulture), _folder.FullName);
    }

    public int Port => _port.Number;

    /// <summary>Starts one; without a server on this machine the test is skipped, and says so.</summary>
    public static Task<RedisProcess> StartAsync(params string[] settings) => StartAsync((port, folder) =>
    [
        "--port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--databases", "4096", .. settings,
    ]);

    /// <summary>Starts one that speaks TLS only.</summary>
    public static Task<RedisProcess> StartTlsAsync(string certificate, string key) => StartAsync((port, folder) =>
    [
        "--port", "0", "--tls-port", port, "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--tls-cert-file", certificate, "--tls-key-file", key,
        "--tls-ca-cert-file", certificate, "--tls-auth-clients", "no",
    ]);

    /// <summary>Starts a sentinel that watches a master.</summary>
    public static Task<RedisProcess> StartSentinelAsync(string master, int masterPort) => StartAsync((port, folder) =>
    {
        string file = Path.Combine(folder, "sentinel.conf");
        File.WriteAllText(file, string.Create(CultureInfo.InvariantCulture, $"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor {master} 127.0.0.1 {masterPort} 1\n"));
        return [file, "--sentinel"];
    });

    public string Url(int database = 0) => string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{Port}/{database}");

    /// <summary>Starts it again on the same port and with the same files.</summary>
    public async Task StartAgainAsync()
    {
        ProcessStartInfo start = new("redis-server")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        foreach (string argument in _settings)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            _process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Skip("There is no redis-server on this machine.");
        }

        while (await _process!.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal) || line.Contains("+monitor master", StringComparison.Ordinal))
            {
                _ = _process.StandardOutput.ReadToEndAsync();
                _ = _process.StandardError.ReadToEndAsync();
                return;
            }
        }

        Assert.Fail("redis-server ended: " + await _process.StandardError.ReadToEndAsync());
    }

    /// <summary>Kills it.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Lets it stand still: its links stay, and nothing comes over them.</summary>
    public void Freeze() => StandStill.Begin(_process!);

    /// <summary>Lets it go on.</summary>
    public void Thaw() => StandStill.End(_process!);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _port.Dispose();
        _folder.Delete(recursive: true);
    }

    private static async Task<RedisProcess> StartAsync(Func<string, string, string[]> settings)
    {
        RedisProcess server = new(settings);
        await server.StartAgainAsync();
        return server;
    }
}
