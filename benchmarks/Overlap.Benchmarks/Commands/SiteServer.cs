using System.Diagnostics;

namespace Overlap.Benchmarks.Commands;

/// <summary>The test site in a process of its own, so that its work is nobody's.</summary>
internal sealed class SiteServer : IAsyncDisposable
{
    private readonly Process _process;

    private SiteServer(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where its pages are.</summary>
    public Uri Address { get; }

    /// <summary>Starts <c>overlap site</c> on a free port and waits until it has said its address.</summary>
    public static Task<SiteServer> StartAsync(string overlap, TimeSpan delay, CancellationToken cancellationToken) =>
        StartAsync(overlap, delay, [], cancellationToken);

    /// <summary>Starts it with further options.</summary>
    public static async Task<SiteServer> StartAsync(string overlap, TimeSpan delay, IReadOnlyList<string> options, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(overlap, ["site", "--port", "0", "--delay", $"{delay.TotalMilliseconds:0}ms", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
        {
            string? word = line.Split(' ').FirstOrDefault(static word => word.StartsWith("http://", StringComparison.Ordinal));
            if (word is not null)
            {
                return new SiteServer(process, new Uri(word));
            }
        }

        throw new InvalidOperationException("overlap site ended before it said its address");
    }

    /// <summary>Gives the addresses of that many pages.</summary>
    public IEnumerable<string> Pages(int count) => Enumerable.Range(1, count).Select(number => new Uri(Address, $"page/{number:00000}").ToString());

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}
