using Overlap.Distributed.Client;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.InteropTests.Stage;

/// <summary>A .NET worker and a .NET client in this process, on one database.</summary>
internal sealed class NetWorker : IAsyncDisposable
{
    private readonly WorkerHost _host;

    private NetWorker(string url, TaskRegistry registry, WorkerOptions options)
    {
        Url = url;
        Broker = new RedisBroker(url);
        Backend = new RedisBackend(url);
        Client = new TaskClient(Broker, Backend);
        _host = new WorkerHost(Broker, registry, Backend, options);
    }

    public string Url { get; }

    public RedisBroker Broker { get; }

    public RedisBackend Backend { get; }

    public TaskClient Client { get; }

    public WorkerStatistics Statistics => _host.GetStatistics();

    public static async Task<NetWorker> StartAsync(string url, WorkerOptions? options = null, TaskRegistry? registry = null)
    {
        NetWorker worker = new(url, registry ?? NetTasks.Registry(), (options ?? new WorkerOptions { Concurrency = 4 }) with { Name = "net@interop" });
        await worker._host.StartAsync();
        return worker;
    }

    /// <summary>Stops it, so that all it has done is done.</summary>
    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        using CancellationTokenSource hurry = new();
        await hurry.CancelAsync();
        await _host.StopAsync(hurry.Token);
        await Backend.DisposeAsync();
        await Broker.DisposeAsync();
    }
}
