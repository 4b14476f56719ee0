namespace Overlap.Actors;

/// <summary>One use of an ask whose message waits for room. By the time there is room the ask may have ended, and be used again.</summary>
internal sealed class AskTicket(PendingAsk ask)
{
    private readonly AskDeadlines _deadlines = ask.Target!.System.Deadlines;
    private readonly long _ticket = ask.Ticket;

    /// <summary>The number of the message, once it is in.</summary>
    public long Position { get; set; }

    /// <summary>Tells the ask its number. For the actor that lets the message in, which therefore does not end meanwhile.</summary>
    public void Admit() => _deadlines.SetPosition(ask, _ticket, Position);
}
