using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Opens connections: looks names up once, tries the addresses in turn, refuses private ones if told to.</summary>
/// <remarks>D7: the address that is checked is the one that is connected to; a name that changes its mind in between gains nothing.</remarks>
internal sealed class Connector
{
    private const int MaxAddresses = 8;
    private const int MaxNames = 4_096;
    private static readonly TimeSpan NameLifetime = TimeSpan.FromMinutes(1);

    private readonly TransferOptions _options;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly ConcurrentDictionary<string, Name> _names = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="options">Timeouts, and whether private addresses are refused.</param>
    /// <param name="resolve">Looks a name up; the system's resolver by default.</param>
    public Connector(TransferOptions options, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        _options = options;
        _resolve = resolve ?? Dns.GetHostAddressesAsync;
    }

    /// <summary>Opens a connection without blocking.</summary>
    public async ValueTask<Stream> ConnectAsync(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = Choose(endPoint, await LookUpAsync(endPoint.Host, cancellationToken));
        for (int i = 0; ; i++)
        {
            Socket socket = NewSocket(addresses[i]);
            try
            {
                if (i == addresses.Length - 1)
                {
                    await socket.ConnectAsync(new IPEndPoint(addresses[i], endPoint.Port), cancellationToken);
                }
                else
                {
                    // A dead first address must not use up the time of the ones behind it.
                    using CancellationTokenSource slice = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                    slice.CancelAfter(_options.ConnectTimeout / addresses.Length);
                    await socket.ConnectAsync(new IPEndPoint(addresses[i], endPoint.Port), slice.Token);
                }

                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception exception)
            {
                socket.Dispose();
                bool next = exception is SocketException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested);
                if (!next || i == addresses.Length - 1)
                {
                    throw;
                }
            }
        }
    }

    /// <summary>Opens a connection, blocking the thread.</summary>
    public Socket Connect(DnsEndPoint endPoint, CancellationToken cancellationToken)
    {
        // The lookup runs on the runtime's pool either way; .NET has no other that can be given up.
        IPAddress[] addresses = Choose(endPoint, LookUpAsync(endPoint.Host, cancellationToken).GetAwaiter().GetResult());
        for (int i = 0; ; i++)
        {
            Socket socket = NewSocket(addresses[i]);
            using CancellationTokenSource slice = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (i < addresses.Length - 1)
            {
                slice.CancelAfter(_options.ConnectTimeout / addresses.Length);
            }

            try
            {
                using (slice.Token.UnsafeRegister(static state => ((Socket)state!).Dispose(), socket))
                {
                    socket.Connect(new IPEndPoint(addresses[i], endPoint.Port));
                }

                slice.Token.ThrowIfCancellationRequested();
                return socket;
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                socket.Dispose();
                cancellationToken.ThrowIfCancellationRequested();
                if (i == addresses.Length - 1)
                {
                    throw;
                }
            }
        }
    }

    private static Socket NewSocket(IPAddress address) => new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    private IPAddress[] Choose(DnsEndPoint endPoint, IPAddress[] addresses)
    {
        if (_options.DenyPrivate)
        {
            IPAddress[] allowed = Array.FindAll(addresses, AddressPolicy.IsPublic);
            if (allowed.Length == 0 && addresses.Length > 0)
            {
                throw new FetchException(new FetchFailure(
                    FailureKind.RefusedPrivate, $"{UrlText.Printable(endPoint.Host)} is the private address {addresses[0]}, which --deny-private refuses"));
            }

            addresses = allowed;
        }

        return addresses.Length == 0
            ? throw new SocketException((int)SocketError.HostNotFound)
            : addresses.Length <= MaxAddresses ? addresses : addresses[..MaxAddresses];
    }

    private Task<IPAddress[]> LookUpAsync(string host, CancellationToken cancellationToken)
    {
        if (IPAddress.TryParse(host.AsSpan().Trim(['[', ']']), out IPAddress? address))
        {
            return Task.FromResult(new[] { address });
        }

        long now = _options.TimeProvider.GetTimestamp();
        if (_names.TryGetValue(host, out Name? name) && !name.Addresses.IsFaulted && _options.TimeProvider.GetElapsedTime(name.At, now) < NameLifetime)
        {
            return name.Addresses.WaitAsync(cancellationToken);
        }

        if (_names.Count >= MaxNames)
        {
            _names.Clear();
        }

        // Not the caller's token: the next thousand connections wait for the same answer.
        Task<IPAddress[]> lookup = _resolve(host, CancellationToken.None);
        _names[host] = new Name(lookup, now);
        return lookup.WaitAsync(cancellationToken);
    }

    private sealed record Name(Task<IPAddress[]> Addresses, long At);
}
