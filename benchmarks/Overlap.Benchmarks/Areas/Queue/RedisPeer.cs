using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Overlap.Benchmarks.Areas.Queue;

/// <summary>A redis-server of the area's own that writes nothing to disk, for all contenders alike; each has a database of its own.</summary>
internal sealed class RedisPeer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly int _port;

    private RedisPeer(Process process, int port)
    {
        _process = process;
        _port = port;
    }

    public static async Task<RedisPeer> StartAsync(CancellationToken cancellationToken)
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        string[] settings = ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        Process process = Process.Start(new ProcessStartInfo("redis-server", settings) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new RedisPeer(process, port);
            }
        }

        throw new InvalidOperationException("redis-server ended before it was ready");
    }

    public string Url(int database) => string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{_port}/{database}");

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
