namespace Overlap.Distributed.Redis.Resp;

/// <summary>The link was lost, or could not be made.</summary>
/// <param name="message">One line that tells what happened.</param>
/// <param name="wasSent">Whether any of the batch had been handed to the socket.</param>
/// <param name="innerException">What noticed it.</param>
internal sealed class RespLinkException(string message, bool wasSent, Exception? innerException = null) : IOException(message, innerException)
{
    /// <summary>
    /// Whether any of the batch had been handed to the socket. If so, nobody knows what of it was carried out; if not, none of it was, and it can
    /// be sent again whatever it is.
    /// </summary>
    public bool WasSent { get; } = wasSent;

    /// <summary>Whether to try again later may help; not with a wrong password.</summary>
    public bool IsTransient { get; init; } = true;
}
