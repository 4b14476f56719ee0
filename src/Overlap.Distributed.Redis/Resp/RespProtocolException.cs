namespace Overlap.Distributed.Redis.Resp;

/// <summary>What came over the link is no RESP, or is beyond a limit; nothing behind it can be trusted.</summary>
/// <param name="message">One line that tells what was found.</param>
internal sealed class RespProtocolException(string message) : IOException(message);
