using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>Reads a server's settings and tells what can be lost under them.</summary>
internal static class RedisExamination
{
    private static readonly Version Oldest = new(6, 2);

    public static async ValueTask<BrokerReport> RunAsync(RedisBroker broker, CancellationToken cancellationToken)
    {
        RespBatch batch = new() { IsRepeatable = true };
        string[] settings = ["appendonly", "appendfsync", "maxmemory-policy", "save"];
        int info = batch.Add("INFO", "server");
        int first = batch.Replies;
        foreach (string setting in settings)
        {
            batch.Add("CONFIG", "GET", setting);
        }

        RespValue[] replies;
        try
        {
            replies = await broker.Shared.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (RedisFaults.IsOne(error))
        {
            throw RedisFaults.ToBroker(error, broker.Address);
        }

        string? version = replies[info].IsError ? null : VersionOf(replies[info].AsText());
        string?[] values = [.. settings.Select((_, index) => ValueOf(replies[first + index]))];
        return new BrokerReport("Redis " + (version ?? "(it does not tell)"), PromiseOf(values[0], values[1]), [.. Findings(version, values)]);
    }

    private static IEnumerable<BrokerFinding> Findings(string? version, string?[] values)
    {
        yield return new BrokerFinding(
            "version", version, Version.TryParse(version, out Version? known) && known < Oldest ? "Messages are moved with LMOVE, which is in 6.2 and later." : null);
        yield return new BrokerFinding(
            "appendonly", values[0], values[0] == "yes" ? null : "Set it to yes: without it, what was confirmed since the last snapshot is lost with the server.");
        yield return new BrokerFinding(
            "appendfsync", values[1], values[0] != "yes" || values[1] == "always" ? null : "Set it to always if nothing that was confirmed may be lost with the power.");
        yield return new BrokerFinding(
            "maxmemory-policy", values[2], values[2] is null or "noeviction" ? null : "Set it to noeviction: any other lets the server delete queues and bindings.");
        yield return new BrokerFinding("save", values[3], null);
    }

    private static string PromiseOf(string? appendOnly, string? fsync) => (appendOnly, fsync) switch
    {
        (null, _) => "The server does not tell its settings. A worker that dies loses nothing; what is lost with the server depends on them.",
        ("yes", "always") => "A worker that dies loses nothing; nor does the server, when it is killed or the power goes, of what it has confirmed.",
        ("yes", "no") => "A worker that dies loses nothing; a server that is killed loses nothing; when the power goes, what the kernel had not yet written, mostly up to 30 s.",
        ("yes", _) => "A worker that dies loses nothing; a server that is killed loses nothing that had reached the kernel; when the power goes, up to about 2 s are lost.",
        _ => "A worker that dies loses nothing; when the server is killed or the power goes, all since the last snapshot is lost.",
    };

    private static string? VersionOf(string info) => info.Split('\n')
        .Select(static line => line.Trim())
        .Where(static line => line.StartsWith("redis_version:", StringComparison.Ordinal))
        .Select(static line => line["redis_version:".Length..])
        .FirstOrDefault();

    private static string? ValueOf(in RespValue reply) => reply is { IsError: false, Items: [_, RespValue value] } ? value.AsText() : null;
}
