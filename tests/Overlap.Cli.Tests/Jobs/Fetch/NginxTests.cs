using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Cli.Tests.Commands;
using Overlap.Distributed.Tests.Redis;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>A real web server on loopback: own configuration, own folder, ended by its process id.</summary>
public sealed class NginxTests : IAsyncLifetime
{
    private const string Program = "/usr/sbin/nginx";

    private readonly string _home = Directory.CreateTempSubdirectory("overlap-nginx-").FullName;
    private readonly ReservedPort _port = new();
    private Process? _process;

    public async ValueTask InitializeAsync()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Program))
        {
            return;
        }

        // Served by a worker that is not root.
        File.SetUnixFileMode(_home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead
            | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Path.Combine(_home, "www"));
        File.WriteAllText(Path.Combine(_home, "www", "small.html"), new string('s', 276));
        File.WriteAllBytes(Path.Combine(_home, "www", "large.bin"), [.. Enumerable.Range(0, 3_000_000).Select(n => (byte)(n * 31))]);
        await File.WriteAllTextAsync(Path.Combine(_home, "nginx.conf"), $$"""
            daemon off;
            worker_processes 1;
            pid {{_home}}/pid;
            error_log {{_home}}/error.log;
            events { worker_connections 512; }
            http {
              access_log {{_home}}/access.log;
              client_body_temp_path {{_home}}/a; proxy_temp_path {{_home}}/b; fastcgi_temp_path {{_home}}/c; uwsgi_temp_path {{_home}}/d; scgi_temp_path {{_home}}/e;
              server {
                listen 127.0.0.1:{{_port.Number}};
                root {{_home}}/www;
                location /page/ { try_files /small.html =404; }
                location = /moved { return 301 /page/moved.html; }
                location = /busy { add_header Retry-After 3600 always; return 429; }
              }
            }
            """);
        _process = Process.Start(new ProcessStartInfo(Program, ["-p", _home, "-c", Path.Combine(_home, "nginx.conf")]) { RedirectStandardError = true })!;
        using CancellationTokenSource late = new(Patience.Usual);
        while (true)
        {
            using Socket probe = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, _port.Number, late.Token);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Yield();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            // By its id, and asked first: it ends its own workers.
            using (Process stop = Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            {
                await stop.WaitForExitAsync();
            }

            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _port.Dispose();
        Directory.Delete(_home, recursive: true);
    }

    [Theory]
    [InlineData(ExecutionModel.Inline)]
    [InlineData(ExecutionModel.Threads)]
    [InlineData(ExecutionModel.Async)]
    public async Task Fetch_ListOfRealUrls_StoresWhatIsThereAndSaysWhatIsNot(ExecutionModel model)
    {
        Assert.SkipWhen(_process is null, "nginx is not installed (package nginx-light)");
        using DownloadBed bed = new();
        string list = Path.Combine(_home, "urls.txt");
        await File.WriteAllLinesAsync(list, Enumerable.Range(0, 200).Select(n => Url($"/page/{n}.html")).Concat([Url("/large.bin"), Url("/moved"), Url("/nowhere"), Url("/busy")]));

        IReadOnlyList<ItemResult> results = await bed.FetchAsync(bed.Options() with { InputFile = list }, model);

        Assert.Equal(202, results.Count(result => result.Status == ItemStatus.Succeeded));
        Assert.Equal(
            [FailureKind.Http4xx, FailureKind.RetryAfter],
            results.Where(result => result.Status == ItemStatus.Failed).Select(result => result.ErrorKind).Order(StringComparer.Ordinal));
        Assert.Equal(202, bed.Names.Length);
        Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(_home, "www", "large.bin")), await File.ReadAllBytesAsync(bed.PathOf("large.bin")));
        Assert.True(File.Exists(bed.PathOf("moved")));
    }

    [Fact]
    public async Task Fetch_PartFromNginx_IsContinuedByRange()
    {
        Assert.SkipWhen(_process is null, "nginx is not installed (package nginx-light)");
        using DownloadBed bed = new();
        byte[] whole = await File.ReadAllBytesAsync(Path.Combine(_home, "www", "large.bin"));
        using HttpClient client = new();
        using HttpResponseMessage head = await client.SendAsync(new HttpRequestMessage(HttpMethod.Head, Url("/large.bin")));
        using (TargetFolder folder = TargetFolder.Open(bed.Folder))
        {
            ResumeRecord.From(Url("/large.bin"), head)!.Write(folder, "large.bin");
        }

        await File.WriteAllBytesAsync(bed.PathOf("large.bin.part"), whole[..1_000_000]);

        ItemResult result = await bed.FetchOneAsync(bed.Options(Url("/large.bin")));

        Assert.Equal(2_000_000, result.BytesReceived);
        Assert.Equal(whole, await File.ReadAllBytesAsync(bed.PathOf("large.bin")));
    }

    private string Url(string path) => $"http://127.0.0.1:{_port.Number}{path}";
}
