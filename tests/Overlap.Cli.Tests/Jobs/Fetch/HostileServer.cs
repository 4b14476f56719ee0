using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>A server of bare sockets that answers what a test wrote, to the byte, and may hang up in the middle of it.</summary>
public sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Func<HostileConnection, Task> _script;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _connections = new();
    private readonly Task _accepting;
    private int _count;

    private HostileServer(Func<HostileConnection, Task> script, IPAddress address)
    {
        _script = script;
        _listener = new TcpListener(address, 0);
        _listener.Start(1_000);
        _accepting = AcceptAsync();
    }

    /// <summary>The port on loopback.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => Volatile.Read(ref _count);

    /// <summary>The heads of the requests so far, in the order of their arrival.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Starts a server whose every connection runs a script; when the script ends, the connection is closed.</summary>
    public static HostileServer Start(Func<HostileConnection, Task> script) => new(script, IPAddress.Loopback);

    /// <summary>Starts a server that answers the n-th request, counted over all connections, with the n-th text and hangs up; the last one goes on.</summary>
    public static HostileServer Answering(params string[] answers) => Answering(answers.Select(HostileConnection.Bytes).ToArray());

    /// <summary>The same with bytes.</summary>
    public static HostileServer Answering(params byte[][] answers)
    {
        int next = -1;
        return Start(async connection =>
        {
            if (await connection.ReadRequestAsync() is not null)
            {
                int number = Interlocked.Increment(ref next);
                await connection.SendAsync(answers[Math.Min(number, answers.Length - 1)]);
            }
        });
    }

    /// <summary>A good answer with a body, after which the server hangs up.</summary>
    public static string Ok(string body, string headers = "") => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n{headers}Connection: close\r\n\r\n{body}";

    /// <summary>A URL on the server.</summary>
    public string Url(string path = "/file.txt") => $"http://127.0.0.1:{Port}{path}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        _stopping.Dispose();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            int number = Interlocked.Increment(ref _count);
            Task task = ServeAsync(socket, number);
            _connections.TryAdd(task, true);
            _ = task.ContinueWith(ended => _connections.TryRemove(ended, out _), TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        await Task.Yield();
        using HostileConnection connection = new(socket, number, Requests, _stopping.Token);
        try
        {
            await _script(connection);
            connection.Close();
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has hung up, or the test has ended: both are part of the play.
        }
    }
}
