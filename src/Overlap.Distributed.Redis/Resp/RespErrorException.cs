namespace Overlap.Distributed.Redis.Resp;

/// <summary>The server refuses a command.</summary>
/// <param name="text">What it says.</param>
internal sealed class RespErrorException(string text) : Exception(text)
{
    /// <summary>The first word of what it says, as <c>WRONGTYPE</c>, which tells refusals apart.</summary>
    public string Code { get; } = text.Split(' ', 2)[0];

    /// <summary>Whether the same command may be taken later: the server loads, is full, is no master any more.</summary>
    public bool IsTransient => Code is "LOADING" or "BUSY" or "TRYAGAIN" or "MASTERDOWN" or "READONLY" or "CLUSTERDOWN" or "OOM" or "MISCONF" or "NOREPLICAS" or "UNBLOCKED";

    /// <summary>Whether another server has taken over, so that the link must be made anew.</summary>
    public bool MeansAnotherMaster => Code is "READONLY" or "MASTERDOWN";
}
