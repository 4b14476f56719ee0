namespace Overlap.Processes.Dispatch;

/// <summary>How a worker stands.</summary>
internal enum LinkState
{
    /// <summary>Its process starts; it gets no calls yet.</summary>
    Starting,

    /// <summary>It runs calls or waits for them.</summary>
    Ready,

    /// <summary>It ends when what it has is done; it gets no more calls.</summary>
    Retiring,

    /// <summary>It is being ended; it gets no more calls.</summary>
    Condemned,

    /// <summary>Its process is gone.</summary>
    Gone,
}
