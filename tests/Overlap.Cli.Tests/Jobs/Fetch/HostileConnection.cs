using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>One connection of a <see cref="HostileServer"/>.</summary>
public sealed class HostileConnection : IDisposable
{
    private readonly Socket _socket;
    private readonly ConcurrentQueue<string> _requests;

    internal HostileConnection(Socket socket, int number, ConcurrentQueue<string> requests, CancellationToken stopping)
    {
        socket.NoDelay = true;
        _socket = socket;
        _requests = requests;
        Number = number;
        Stopping = stopping;
        Stream = new NetworkStream(socket, ownsSocket: false);
    }

    /// <summary>The number of the connection, from 1.</summary>
    public int Number { get; }

    /// <summary>Cancelled when the test has ended.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>The bytes; a test with TLS puts its own stream over them.</summary>
    public Stream Stream { get; set; }

    /// <summary>Text as the bytes of Latin-1; every byte can be written.</summary>
    public static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>Reads the head of a request.</summary>
    /// <returns>The head, or <see langword="null"/> when the client has hung up.</returns>
    public async Task<string?> ReadRequestAsync()
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!EndsHead(head))
        {
            if (await Stream.ReadAsync(one, Stopping) == 0)
            {
                return null;
            }

            head.Append((char)one[0]);
        }

        string text = head.ToString();
        _requests.Enqueue(text);
        return text;
    }

    /// <summary>Sends text.</summary>
    public Task SendAsync(string text) => SendAsync(Bytes(text));

    /// <summary>Sends bytes.</summary>
    public async Task SendAsync(byte[] bytes) => await Stream.WriteAsync(bytes, Stopping);

    /// <summary>Says nothing until the client hangs up or the test ends.</summary>
    public async Task HangAsync()
    {
        byte[] rest = new byte[1024];
        while (await Stream.ReadAsync(rest, Stopping) > 0)
        {
        }
    }

    /// <summary>Ends the connection with a reset.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(true, 0);
        _socket.Close();
    }

    /// <summary>Ends the connection in order: what was sent arrives.</summary>
    internal void Close()
    {
        if (_socket.Connected)
        {
            _socket.Shutdown(SocketShutdown.Send);
            byte[] rest = new byte[1024];
            _socket.ReceiveTimeout = 1_000;
            while (_socket.Receive(rest) > 0)
            {
            }
        }
    }

    public void Dispose()
    {
        Stream.Dispose();
        _socket.Dispose();
    }

    private static bool EndsHead(StringBuilder head) =>
        head.Length >= 4 && head[^1] == '\n' && head[^2] == '\r' && head[^3] == '\n' && head[^4] == '\r';
}
