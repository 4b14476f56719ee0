using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>Reads and writes commands to workers and their answers.</summary>
/// <remarks>
/// Shape: <c>{"method", "arguments", "destination", "pattern", "matcher", "ticket", "reply_to": {"exchange", "routing_key"}}</c>; an answer is
/// <c>{"worker's name": value}</c> with the ticket among its headers.
/// Units: <c>expires</c>, a header, is seconds since 1970; 0 or nothing is never.
/// Source: kombu's pidbox, by what it puts on the wire.
/// </remarks>
internal static class ControlCodec
{
    /// <summary>The exchange that commands are broadcast to.</summary>
    public const string Exchange = "celery.pidbox";

    /// <summary>The names of the commands.</summary>
    public const string Ping = "ping";
    public const string Revoke = "revoke";
    public const string Terminate = "terminate";
    public const string Shutdown = "shutdown";
    public const string RateLimit = "rate_limit";
    public const string Active = "active";
    public const string Reserved = "reserved";
    public const string Scheduled = "scheduled";
    public const string Revoked = "revoked";
    public const string Registered = "registered";
    public const string ActiveQueues = "active_queues";
    public const string Stats = "stats";
    public const string TimeLimit = "time_limit";
    public const string QueryTask = "query_task";
    public const string Configuration = "conf";
    public const string Report = "report";
    public const string LogicalClock = "clock";
    public const string Hello = "hello";

    /// <summary>The names of their arguments.</summary>
    public const string TaskIdArgument = "task_id";
    public const string TerminateArgument = "terminate";
    public const string TaskNameArgument = "task_name";
    public const string RateLimitArgument = "rate_limit";

    /// <summary>What our workers add to their answer to <see cref="Stats"/>.</summary>
    public const string HealthPart = "overlap_health";
    public const string IsHealthyPart = "healthy";
    public const string DescriptionPart = "description";

    // Far beyond what any fleet has counted, and far from where adding one would overflow.
    private const long MostClock = long.MaxValue / 2;

    private const string JsonType = "application/json";

    /// <summary>Reads a command.</summary>
    /// <exception cref="MessageFormatException">It is none.</exception>
    public static ControlRequest Read(WireMessage message, ProtocolLimits limits)
    {
        WireValue body = PythonJson.Read(message.Body.Span, limits);
        if (body.Kind != WireKind.Map || body.AsMap()["method"].Kind != WireKind.Text)
        {
            throw new MessageFormatException(MessageDefect.Malformed, "A command is a map that names a method.");
        }

        WireMap map = body.AsMap();
        WireMap? reply = map["reply_to"] is { Kind: WireKind.Map } to ? to.AsMap() : null;
        return new ControlRequest
        {
            Method = map["method"].AsText(),
            Arguments = map["arguments"] is { Kind: WireKind.Map } arguments ? arguments.AsMap() : WireMap.Empty,
            Destination = map["destination"] is { Kind: WireKind.Array } names
                ? [.. names.AsArray().Where(static name => name.Kind == WireKind.Text).Select(static name => name.AsText())]
                : [],
            Pattern = TextOf(map["pattern"]),
            Matcher = TextOf(map["matcher"]),
            Ticket = TextOf(map["ticket"]),
            ReplyExchange = TextOf(reply?["exchange"] ?? default),
            ReplyRoutingKey = TextOf(reply?["routing_key"] ?? default),
            Expires = MomentOf(message.Headers["expires"]),
            Clock = message.Headers["clock"] is { Kind: WireKind.Integer } clock ? Math.Clamp(clock.AsInteger(), 0, MostClock) : 0,
        };
    }

    /// <summary>Writes a command.</summary>
    public static WireMessage Write(ControlRequest request)
    {
        WireValue destination = request.Destination.IsEmpty ? default(WireValue) : request.Destination.Select(static name => (WireValue)name).ToImmutableArray();
        WireMap body = new(
        [
            new("method", request.Method),
            new("arguments", request.Arguments),
            new("destination", destination),
            new("pattern", request.Pattern),
            new("matcher", request.Matcher),
        ]);
        if (request.Ticket is { } ticket && request.ReplyExchange is { } exchange)
        {
            WireMap reply = new([new("exchange", exchange), new("routing_key", request.ReplyRoutingKey)]);
            body = body.With("ticket", ticket).With("reply_to", reply);
        }

        WireValue expires = request.Expires is { } moment ? (moment - DateTimeOffset.UnixEpoch).TotalSeconds : 0;
        return Wrap(body, new WireMap([new("clock", request.Clock), new("expires", expires)]), Exchange, "");
    }

    /// <summary>Writes an answer.</summary>
    public static WireMessage WriteReply(ControlRequest request, string worker, WireValue value, long clock) => Wrap(
        new WireMap([new(worker, value)]),
        new WireMap([new("ticket", request.Ticket), new("clock", clock)]),
        request.ReplyExchange ?? "",
        request.ReplyRoutingKey ?? "");

    /// <summary>The answer that all is well.</summary>
    public static WireValue Ok(string text) => new WireMap([new("ok", text)]);

    /// <summary>The answer that it was not done.</summary>
    public static WireValue Refusal(string text) => new WireMap([new("error", text)]);

    private static WireMessage Wrap(WireMap body, WireMap headers, string exchange, string routingKey) => new()
    {
        Headers = headers,
        Properties = new MessageProperties { IsPersistent = false, Exchange = exchange, RoutingKey = routingKey },
        ContentType = JsonType,
        ContentEncoding = "utf-8",
        Body = PythonJson.Write(body),
    };

    private static string? TextOf(WireValue value) => value.Kind == WireKind.Text ? value.AsText() : null;

    private static DateTimeOffset? MomentOf(WireValue value)
    {
        double seconds = value.Kind switch
        {
            WireKind.Integer => value.AsInteger(),
            WireKind.Number => value.AsNumber(),
            _ => 0,
        };
        return seconds is > 0 and < 253_000_000_000 ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;
    }
}
