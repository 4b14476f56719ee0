using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>Makes links: finds the server, opens the socket, shakes hands.</summary>
internal sealed class RespConnector(RedisUrl url, RedisLinkOptions options, string name)
{
    /// <summary>Makes a link and logs in.</summary>
    /// <exception cref="RespLinkException">It cannot be made.</exception>
    public async Task<RespConnection> ConnectAsync(RespConnectionOptions connectionOptions, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(options.ConnectTimeout, options.TimeProvider);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return url.MasterName is null
                ? await OpenAnyAsync(connectionOptions, either.Token).ConfigureAwait(false)
                : await OpenMasterAsync(connectionOptions, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RespLinkException($"No answer within {options.ConnectTimeout.TotalSeconds:F1} s", wasSent: false);
        }
        catch (Exception error) when (error is SocketException or IOException and not RespLinkException or AuthenticationException)
        {
            throw new RespLinkException(error.Message, wasSent: false, error) { IsTransient = error is not AuthenticationException };
        }
    }

    private Task<RespConnection> OpenAnyAsync(RespConnectionOptions connectionOptions, CancellationToken cancellationToken) =>
        OpenAsync(url.SocketPath is null ? url.Hosts[0] : default, url, connectionOptions, cancellationToken);

    // The sentinels are asked in turn, and whoever they name must call itself master.
    private async Task<RespConnection> OpenMasterAsync(RespConnectionOptions connectionOptions, CancellationToken cancellationToken)
    {
        Exception? last = null;
        foreach ((string Host, int Port) sentinel in url.Hosts)
        {
            try
            {
                RedisUrl asked = url with { User = null, Password = null, Database = 0, IsTls = false };
                (string, int)? master = await AskAsync(sentinel, asked, cancellationToken).ConfigureAwait(false);
                if (master is null)
                {
                    last = new RespLinkException($"The sentinel knows no master '{url.MasterName}'", wasSent: false);
                    continue;
                }

                RespConnection connection = await OpenAsync(master.Value, url, connectionOptions, cancellationToken).ConfigureAwait(false);
                RespBatch batch = new();
                batch.Add("ROLE");
                RespValue role = (await connection.ExecuteAsync(batch).WaitAsync(cancellationToken).ConfigureAwait(false))[0];
                if (role.IsError || (role.Items.Length > 0 && role.Items[0].Is("master"u8)))
                {
                    return connection;
                }

                await connection.DisposeAsync().ConfigureAwait(false);
                last = new RespLinkException("The server that the sentinel names is no master yet", wasSent: false);
            }
            catch (Exception error) when (error is SocketException or IOException)
            {
                last = error;
            }
        }

        throw new RespLinkException(last!.Message, wasSent: false, last);
    }

    private async Task<(string Host, int Port)?> AskAsync((string, int) sentinel, RedisUrl asked, CancellationToken cancellationToken)
    {
        RespConnection connection = await OpenAsync(sentinel, asked, new RespConnectionOptions { TimeProvider = options.TimeProvider }, cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            RespBatch batch = new();
            batch.Add("SENTINEL", "get-master-addr-by-name", url.MasterName!);
            RespValue reply = (await connection.ExecuteAsync(batch).WaitAsync(cancellationToken).ConfigureAwait(false))[0].OrThrow();
            return reply.Items is [RespValue host, RespValue port] ? (host.AsText(), (int)port.AsInteger()) : null;
        }
    }

    private async Task<RespConnection> OpenAsync((string Host, int Port) target, RedisUrl login, RespConnectionOptions connectionOptions, CancellationToken cancellationToken)
    {
        Stream stream = await OpenStreamAsync(target, login, cancellationToken).ConfigureAwait(false);
        RespConnection connection = new(stream, connectionOptions);
        try
        {
            await RespLogin.LogInAsync(connection, login, login.ClientName ?? name).WaitAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<Stream> OpenStreamAsync((string Host, int Port) target, RedisUrl login, CancellationToken cancellationToken)
    {
        Socket socket = login.SocketPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (login.SocketPath is { } path)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken).ConfigureAwait(false);
                return new NetworkStream(socket, ownsSocket: true);
            }

            await socket.ConnectAsync(target.Host, target.Port, cancellationToken).ConfigureAwait(false);
            NetworkStream plain = new(socket, ownsSocket: true);
            return login.IsTls ? await SecureAsync(plain, target.Host, login, cancellationToken).ConfigureAwait(false) : plain;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Stream> SecureAsync(Stream plain, string host, RedisUrl login, CancellationToken cancellationToken)
    {
        SslClientAuthenticationOptions tls = new() { TargetHost = host };
        if (!login.ChecksCertificate)
        {
#pragma warning disable CA5359 // Only where the URL asks for it by name: ssl_cert_reqs=none.
            tls.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }
        else if (login.TrustedCertificates is { } trusted)
        {
            X509Certificate2Collection roots = [];
            roots.ImportFromPemFile(trusted);
            tls.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(roots);
        }

        if (login.Certificate is { } certificate)
        {
            tls.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, login.CertificateKey)];
        }

        SslStream secure = new(plain);
        try
        {
            await secure.AuthenticateAsClientAsync(tls, cancellationToken).ConfigureAwait(false);
            return secure;
        }
        catch
        {
            await secure.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
