using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fetch;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Fetch;

public sealed class TlsTests
{
    [Theory]
    [InlineData("self-signed")]
    [InlineData("expired")]
    [InlineData("wrong name")]
    [InlineData("unknown issuer")]
    public async Task Fetch_CertificateIsNotGood_FailsAtOnceAndSaysTls(string fault)
    {
        using X509Certificate2 certificate = Certificate(fault);
        await using HostileServer server = Tls(certificate);
        foreach (ExecutionModel model in new[] { ExecutionModel.Async, ExecutionModel.Inline })
        {
            using DownloadBed bed = new();

            ItemResult result = await bed.FetchOneAsync(bed.Options($"https://127.0.0.1:{server.Port}/file.txt"), model);

            Assert.Equal((FailureKind.Tls, 1), (result.ErrorKind, result.Attempts));
            Assert.Contains("certificate", result.Message);
            Assert.Empty(bed.Names);
            Assert.Empty(server.Requests);
        }
    }

    [Fact]
    public async Task Fetch_ServerKnowsOldTlsOnly_Fails()
    {
        using X509Certificate2 certificate = Certificate("self-signed");
#pragma warning disable SYSLIB0039, CA5397 // The old protocol is what the test is about.
        await using HostileServer server = Tls(certificate, SslProtocols.Tls);
#pragma warning restore SYSLIB0039, CA5397
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options($"https://127.0.0.1:{server.Port}/file.txt") with { Retries = 0 });

        Assert.Equal(FailureKind.Tls, result.ErrorKind);
    }

    [Fact]
    public async Task Fetch_HandshakeCut_TriesAgain()
    {
        await using HostileServer server = HostileServer.Start(async connection =>
        {
            await connection.Stream.ReadExactlyAsync(new byte[5], connection.Stopping);
            connection.Reset();
        });
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options($"https://127.0.0.1:{server.Port}/file.txt") with { Retries = 1 });

        Assert.Equal((ItemStatus.Failed, 2), (result.Status, result.Attempts));
        Assert.Empty(bed.Names);
    }

    [Fact]
    public async Task Fetch_PlainServerBehindHttps_Fails()
    {
        await using HostileServer server = HostileServer.Start(connection => connection.SendAsync("HTTP/1.1 400 Bad Request\r\n\r\n"));
        using DownloadBed bed = new();

        ItemResult result = await bed.FetchOneAsync(bed.Options($"https://127.0.0.1:{server.Port}/file.txt") with { Retries = 0 });

        Assert.Equal(FailureKind.Tls, result.ErrorKind);
    }

    private static HostileServer Tls(X509Certificate2 certificate, SslProtocols protocols = SslProtocols.None) => HostileServer.Start(async connection =>
    {
        SslStream tls = new(connection.Stream);
        connection.Stream = tls;
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificate = certificate, EnabledSslProtocols = protocols }, connection.Stopping);
        }
        catch (AuthenticationException)
        {
            return; // The client hung up on the certificate, as it should.
        }

        await connection.ReadRequestAsync();
        await connection.SendAsync(HostileServer.Ok("x"));
    });

    private static X509Certificate2 Certificate(string fault)
    {
        using RSA key = RSA.Create(2048);
        CertificateRequest request = new("CN=overlap test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        if (fault == "wrong name")
        {
            names.AddDnsName("somebody.else.example");
        }
        else
        {
            names.AddIpAddress(System.Net.IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        DateTimeOffset end = fault == "expired" ? now.AddDays(-1) : now.AddDays(1);
        if (fault == "unknown issuer")
        {
            using RSA issuerKey = RSA.Create(2048);
            CertificateRequest issuerRequest = new("CN=nobody's authority", issuerKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            issuerRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            using X509Certificate2 issuer = issuerRequest.CreateSelfSigned(now.AddDays(-3), now.AddDays(3));
            using X509Certificate2 issued = request.Create(issuer, now.AddDays(-2), end, [1, 2, 3]);
            return issued.CopyWithPrivateKey(key);
        }

        return request.CreateSelfSigned(now.AddDays(-2), end);
    }
}
