using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>Stands between a client and a server, and cuts links where it is told to: after so many bytes, in one direction, of the first link of a name.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Link, byte> _links = new();
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _holds = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _accepting;
    private readonly int _port;
    private int _refusals;
    private int _isCut;

    public FaultProxy(int port)
    {
        _port = port;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Whether new links are let through.</summary>
    public bool IsOpen { get; set; } = true;

    /// <summary>How many links are refused before one is let through again.</summary>
    public int Refusals { get => Volatile.Read(ref _refusals); set => Volatile.Write(ref _refusals, value); }

    /// <summary>The name that the link to cut gives itself; <see langword="null"/>: none is cut.</summary>
    public string? CutName { get; init; }

    /// <summary>A word: what goes to the server over the first link of <see cref="CutName"/> and has it, is held until <see cref="Release"/>.</summary>
    public string? HoldAt { get; init; }

    /// <summary>Ends when something is held.</summary>
    public Task Holds => _holds.Task;

    /// <summary>Ends when what was held is gone to the server, and its link has ended.</summary>
    public Task Drained => _drained.Task;

    /// <summary>Whether what goes to the server is counted, or what comes from it.</summary>
    public bool CutsToServer { get; init; }

    /// <summary>How it is cut.</summary>
    public CutKind Cut { get; init; }

    /// <summary>How many bytes still pass.</summary>
    public int CutAfter { get; init; } = int.MaxValue;

    /// <summary>Whether a link was cut.</summary>
    public bool HasCut => _isCut != 0;

    /// <summary>What went over the first link of each name, in both directions.</summary>
    public ConcurrentDictionary<(string Name, bool ToServer), MemoryStream> Records { get; } = new();

    public string Url(string url) =>
        "redis://127.0.0.1:" + ((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture) + url[url.LastIndexOf('/')..];

    /// <summary>Lets go what is held, and holds nothing any more.</summary>
    public void Release() => _released.TrySetResult();

    /// <summary>Cuts all links there are.</summary>
    public void CutAll()
    {
        foreach (Link link in _links.Keys)
        {
            link.Cut();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Release();
        _listener.Stop();
        CutAll();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> pumps = [];
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_ending.Token);
                client.NoDelay = true;
                if (!IsOpen || (Refusals > 0 && Interlocked.Decrement(ref _refusals) >= 0))
                {
                    client.Close(0);
                    continue;
                }

                Socket target = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await target.ConnectAsync(IPAddress.Loopback, _port, _ending.Token);
                Link link = new(client, target);
                _links[link] = 0;
                pumps.Add(PumpAsync(link, client, target, toServer: true));
                pumps.Add(PumpAsync(link, target, client, toServer: false));
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(pumps);
        }
    }

    private async Task PumpAsync(Link link, Socket from, Socket to, bool toServer)
    {
        byte[] buffer = new byte[64 * 1024];
        int passed = 0;
        bool holds = false;
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(buffer);
                if (read == 0)
                {
                    break;
                }

                if (toServer)
                {
                    link.Name ??= NameOf(Encoding.ASCII.GetString(buffer, 0, read));
                }

                string name = link.Name ?? "";
                if (link.IsRecorded ??= Records.TryAdd((name, true), new MemoryStream()) && Records.TryAdd((name, false), new MemoryStream()))
                {
                    Records[(name, toServer)].Write(buffer.AsSpan(0, read));
                }

                if (toServer && HoldAt is not null && CutName == name && link.IsRecorded == true && Encoding.ASCII.GetString(buffer, 0, read).Contains(HoldAt, StringComparison.Ordinal))
                {
                    _holds.TrySetResult();
                    await _released.Task;
                    holds = true;
                }

                bool isTheOne = CutName == name && CutsToServer == toServer && link.IsRecorded == true && !HasCut;
                if (isTheOne && passed + read >= CutAfter)
                {
                    await to.SendAsync(buffer.AsMemory(0, CutAfter - passed));
                    link.IsSilent = Cut == CutKind.Silence;
                    _isCut = 1;
                    if (!link.IsSilent)
                    {
                        break;
                    }
                }

                if (link.IsSilent)
                {
                    // Swallowed, both ways, for as long as the two ends hold on.
                    continue;
                }

                passed += read;
                for (int sent = 0; sent < read;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, read - sent));
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Cut from elsewhere.
        }

        link.Cut(isReset: Cut == CutKind.Reset && HasCut);
        _links.TryRemove(link, out _);
        if (holds)
        {
            _drained.TrySetResult();
        }
    }

    // What the link calls itself in its first words.
    private static string NameOf(string words) =>
        words.Split("\r\n") is { } parts && Array.IndexOf(parts, "SETNAME") is >= 0 and int place && place + 2 < parts.Length ? parts[place + 2] : "";

    private sealed class Link(Socket client, Socket server)
    {
        public string? Name { get; set; }

        public bool? IsRecorded { get; set; }

        public bool IsSilent { get; set; }

        // What was sent still arrives, and then the end; of a reset, at once.
        public void Cut(bool isReset = false)
        {
            if (isReset)
            {
                try
                {
                    client.LingerState = new LingerOption(enable: true, seconds: 0);
                    server.LingerState = new LingerOption(enable: true, seconds: 0);
                }
                catch (Exception error) when (error is SocketException or ObjectDisposedException)
                {
                    // The other direction was quicker.
                }
            }

            client.Dispose();
            server.Dispose();
        }
    }
}
