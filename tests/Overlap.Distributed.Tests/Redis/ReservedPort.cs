using System.Net;
using System.Net.Sockets;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>
/// A port of the loopback that nobody is given who asks for any, and that a server takes who asks for it by its number: before its first start and between
/// two starts too. While none has it, whoever connects is refused, and meets neither another's server nor itself.
/// </summary>
internal sealed class ReservedPort : IDisposable
{
    // Bound, never listening: whoever else allows that the address is used again, as servers do, can listen beside it.
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public ReservedPort()
    {
        _socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _socket.Bind(new IPEndPoint(IPAddress.Any, 0));
        Number = ((IPEndPoint)_socket.LocalEndPoint!).Port;
    }

    public int Number { get; }

    public void Dispose() => _socket.Dispose();
}
