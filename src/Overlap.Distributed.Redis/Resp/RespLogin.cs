namespace Overlap.Distributed.Redis.Resp;

/// <summary>What is said on a new link before anything else: who we are, which database, and that the server is ready.</summary>
/// <remarks>
/// RESP3 is asked for, and RESP2 taken where the server or its access list knows no <c>HELLO</c>. One round trip, two with RESP2.
/// </remarks>
internal static class RespLogin
{
    private const int Newest = 3;

    /// <summary>Logs in.</summary>
    /// <exception cref="RespLinkException">The server does not let us in, or is not ready.</exception>
    public static async Task LogInAsync(RespConnection connection, RedisUrl url, string name)
    {
        RespBatch batch = new();
        if (url.Password is null)
        {
            batch.Add("HELLO", Newest, "SETNAME", name);
        }
        else
        {
            batch.Add("HELLO", Newest, "AUTH", url.User ?? "default", url.Password, "SETNAME", name);
        }

        AddRest(batch, url);
        RespValue[] replies = await connection.ExecuteAsync(batch).ConfigureAwait(false);
        if (!replies[0].IsError)
        {
            connection.Protocol = Newest;
            connection.Id = IdOf(replies[0]);
            ThrowIfRefused(replies.AsSpan(1));
            return;
        }

        if (new RespErrorException(replies[0].AsText()).Code is "WRONGPASS" or "NOAUTH")
        {
            ThrowIfRefused(replies);
        }

        await LogInOldAsync(connection, url, name).ConfigureAwait(false);
    }

    private static async Task LogInOldAsync(RespConnection connection, RedisUrl url, string name)
    {
        RespBatch batch = new();
        if (url.Password is not null)
        {
            if (url.User is null)
            {
                batch.Add("AUTH", url.Password);
            }
            else
            {
                batch.Add("AUTH", url.User, url.Password);
            }
        }

        AddRest(batch, url);
        int mustSucceed = batch.Replies;
        int id = batch.Add("CLIENT", "ID");
        batch.Add("CLIENT", "SETNAME", name);
        RespValue[] replies = await connection.ExecuteAsync(batch).ConfigureAwait(false);
        ThrowIfRefused(replies.AsSpan(0, mustSucceed));
        connection.Id = replies[id].Kind == RespKind.Integer ? replies[id].AsInteger() : 0;
    }

    private static void AddRest(RespBatch batch, RedisUrl url)
    {
        if (url.Database != 0)
        {
            batch.Add("SELECT", url.Database);
        }

        // A server that is still loading lets one in, and then refuses all else.
        batch.Add("PING");
    }

    private static long IdOf(in RespValue hello)
    {
        ReadOnlySpan<RespValue> items = hello.Items;
        for (int index = 0; index + 1 < items.Length; index += 2)
        {
            if (items[index].Is("id"u8))
            {
                return items[index + 1].AsInteger();
            }
        }

        return 0;
    }

    private static void ThrowIfRefused(ReadOnlySpan<RespValue> replies)
    {
        foreach (ref readonly RespValue reply in replies)
        {
            if (reply.IsError)
            {
                RespErrorException error = new(reply.AsText());
                throw new RespLinkException(error.Message, wasSent: false, error) { IsTransient = error.IsTransient };
            }
        }
    }
}
