namespace Overlap.Executors;

/// <summary>An executor whose number of workers adapts itself, as its workers see it.</summary>
internal interface IRefusalListener
{
    /// <summary>Whether an exception means that the other side has had enough.</summary>
    bool IsRefusal(Exception exception);

    /// <summary>Notes that the other side refuses a call that runs.</summary>
    void OnRefused(TimeSpan? retryAfter);
}
