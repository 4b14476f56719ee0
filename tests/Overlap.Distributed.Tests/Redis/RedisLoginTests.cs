using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>All the ways in, and those that are barred.</summary>
public sealed class RedisLoginTests(RedisServer shared)
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task PublishAsync_RightPassword_IsTaken()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--requirepass", "p@ss/word");
        await using RedisBroker broker = new(server.Url().Replace("redis://", "redis://:p%40ss%2Fword@", StringComparison.Ordinal));
        await ExchangeAsync(broker);
        Assert.DoesNotContain("word", broker.Address, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("redis://:wrong@", "WRONGPASS")]
    [InlineData("redis://nobody:secret@", "WRONGPASS")]
    [InlineData("redis://", "NOAUTH")]
    public async Task PublishAsync_WrongPassword_FailsAtOnceAndSaysSo(string start, string word)
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--requirepass", "secret");
        await using RedisBroker broker = new(server.Url().Replace("redis://", start, StringComparison.Ordinal));
        BrokerException error = await Assert.ThrowsAsync<BrokerException>(() => broker.CountAsync("celery").AsTask().WaitAsync(Guard));
        Assert.False(error.IsTransient);
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConsumeAsync_NoServer_FailsInTimeAndSaysSo()
    {
        await using RedisBroker broker = new("redis://127.0.0.1:1/0", new RedisBrokerOptions { Link = new RedisLinkOptions { Patience = TimeSpan.FromMilliseconds(200) } });
        BrokerException error = await Assert.ThrowsAsync<BrokerException>(
            () => broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] }).AsTask().WaitAsync(Guard));
        Assert.True(error.IsTransient);
        Assert.StartsWith("redis://127.0.0.1:1/0 cannot be reached: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConsumeAsync_ServerWithoutHello_SpeaksRespTwo()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--rename-command", "HELLO", "", "--requirepass", "secret");
        await using RedisBroker broker = new(server.Url(3).Replace("redis://", "redis://:secret@", StringComparison.Ordinal));
        await ExchangeAsync(broker);
    }

    [Fact]
    public async Task ConsumeAsync_ServerThatTellsOfNoChanges_IsPolled()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await RedisServer.RunAsync(server.Url(), ["ACL", "SETUSER", "default", "-client|tracking"]);
        await using RedisBroker broker = new(server.Url());
        await ExchangeAsync(broker);
    }

    [Fact]
    public async Task ExchangeAsync_AccessListsOfTheDocumentation_SufficeForEachRole()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        string[] recipes = [.. (await File.ReadAllLinesAsync(Path.Combine(Root(), "docs/queue/redis.md"))).Where(static line => line.StartsWith("ACL SETUSER", StringComparison.Ordinal))];
        Assert.Equal(2, recipes.Length);
        foreach (string recipe in recipes)
        {
            Assert.False((await RedisServer.RunAsync(server.Url(), recipe.Split(' ')))[0].IsError, recipe);
        }

        string Url(string role) => server.Url(2).Replace("redis://", $"redis://{role}:secret@", StringComparison.Ordinal);
        await using RedisBroker producer = new(Url("producer"));
        await using RedisBackend reader = new(Url("producer"));
        await producer.DeclareAsync(new QueueDefinition("celery"));
        await producer.PublishAsync(new[] { To("one") });
        await producer.PublishAsync(new[] { To("two"), new Publication("celery", "celery", Message("three")) });
        Assert.Equal(3, await producer.CountAsync("celery"));

        Task<ResultDocument> waiting = reader.WaitAsync("id", progress: null, CancellationToken.None).AsTask();
        await using RedisBroker worker = new(Url("worker"));
        await using RedisBackend writer = new(Url("worker"));
        await ExchangeAsync(worker, already: 3);
        await worker.SweepAsync(CancellationToken.None);
        await writer.StoreAsync(new[] { Document(TaskState.Started) });
        await writer.StoreAsync(new[] { Document(TaskState.Success) });
        Assert.True((await waiting.WaitAsync(Guard)).IsReady);
        Assert.True(await reader.ForgetAsync("id"));
        RespValue[] logged = await RedisServer.RunAsync(server.Url(), ["ACL", "LOG"]);
        Assert.Empty(logged[0].Items.ToArray().Select(static entry => string.Join(' ', entry.Items.ToArray())));
    }

    [Fact]
    public async Task ExchangeAsync_UnixSocket_Works()
    {
        string path = Path.Combine(Path.GetTempPath(), $"overlap-{Guid.NewGuid():N}.sock");
        await using RedisProcess server = await RedisProcess.StartAsync("--unixsocket", path);
        await using RedisBroker broker = new($"unix://{path}?db=1");
        await ExchangeAsync(broker);
    }

    [Fact]
    public async Task ExchangeAsync_Tls_WorksWithTheRightCertificateOnly()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("overlap-tls-");
        try
        {
            (string certificate, string key) = WriteCertificate(folder.FullName);
            await using RedisProcess server = await RedisProcess.StartTlsAsync(certificate, key);
            string url = $"rediss://localhost:{server.Port}/0";
            await using RedisBroker trusting = new($"{url}?ssl_ca_certs={certificate}");
            await ExchangeAsync(trusting);
            await using RedisBroker careless = new($"{url}?ssl_cert_reqs=none");
            await ExchangeAsync(careless);
            await using RedisBroker careful = new(url);
            BrokerException error = await Assert.ThrowsAsync<BrokerException>(() => careful.CountAsync("celery").AsTask().WaitAsync(Guard));
            Assert.False(error.IsTransient);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task ExchangeAsync_Sentinel_FindsTheMaster()
    {
        await using RedisProcess master = await RedisProcess.StartAsync();
        await using RedisProcess sentinel = await RedisProcess.StartSentinelAsync("main", master.Port);
        await using RedisBroker broker = new(string.Create(CultureInfo.InvariantCulture, $"sentinel://127.0.0.1:1;sentinel://127.0.0.1:{sentinel.Port}/0?master_name=main"));
        await ExchangeAsync(broker);
        await using RedisBroker unknown = new(
            string.Create(CultureInfo.InvariantCulture, $"sentinel://127.0.0.1:{sentinel.Port}/0?master_name=other"),
            new RedisBrokerOptions { Link = new RedisLinkOptions { Patience = TimeSpan.FromMilliseconds(300) } });
        Assert.Contains("'other'", (await Assert.ThrowsAsync<BrokerException>(() => unknown.CountAsync("celery").AsTask().WaitAsync(Guard))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PublishAsync_KeyOfAnotherType_IsRefusedForGood()
    {
        string url = await shared.NewDatabaseAsync();
        await RedisServer.RunAsync(url, ["SET", "celery", "a text"]);
        await using RedisBroker broker = new(url);
        BrokerException error = await Assert.ThrowsAsync<BrokerException>(() => broker.PublishAsync(new[] { To("one") }).AsTask());
        Assert.False(error.IsTransient);
        Assert.Contains("WRONGTYPE", error.Message, StringComparison.Ordinal);
    }

    // Publishes, claims, settles in each way, and leaves nothing.
    private static async Task ExchangeAsync(RedisBroker broker, int already = 0)
    {
        IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Task<IReadOnlyList<Delivery>> receiving = consumer.ReceiveAsync(1, CancellationToken.None).AsTask();
        await broker.PublishAsync(new[] { To("a") });
        await consumer.SettleAsync(new[] { new Settlement((await receiving.WaitAsync(Guard))[0], SettlementKind.Return) }, CancellationToken.None);
        SettlementKind[] kinds = [SettlementKind.Requeue, SettlementKind.Defer, SettlementKind.DeadLetter, .. Enumerable.Repeat(SettlementKind.Acknowledge, already)];
        foreach (SettlementKind kind in kinds)
        {
            Delivery delivery = (await consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard))[0];
            Settlement settlement = new(delivery, kind) { Due = DateTimeOffset.UtcNow.AddMilliseconds(1), Cause = new DeadLetterCause(MessageDefect.Poison, "test") };
            Assert.Equal([true], await consumer.SettleAsync(new[] { settlement }, CancellationToken.None).AsTask().WaitAsync(Guard));
        }

        Assert.True(await broker.DeadLetters.DropAsync((await broker.DeadLetters.ListAsync(1))[0].Id));
        await consumer.DisposeAsync();
        Assert.Equal(0, await broker.CountAsync("celery"));
    }

    private static WireMessage Message(string text) => new() { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain", ContentEncoding = "utf-8" };

    private static Publication To(string text) => new("", "celery", Message(text));

    private static ResultDocument Document(TaskState state) => new() { TaskId = "id", State = state, StateName = state.ToString().ToUpperInvariant(), Result = 1 };

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Overlap.slnx")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private static (string Certificate, string Key) WriteCertificate(string folder)
    {
        using RSA rsa = RSA.Create(2048);
        CertificateRequest request = new("CN=localhost", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        using X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        (string, string) paths = (Path.Combine(folder, "server.crt"), Path.Combine(folder, "server.key"));
        File.WriteAllText(paths.Item1, certificate.ExportCertificatePem());
        File.WriteAllText(paths.Item2, rsa.ExportPkcs8PrivateKeyPem());
        return paths;
    }
}
