namespace Overlap.Waiting;

/// <summary>Where an await goes on when what it waited for has ended, unless it asked for a context of its own.</summary>
internal enum ResumePlace
{
    /// <summary>On the pool, close to the thread that ended the wait and before what is queued: its cache has what they share.</summary>
    Near,

    /// <summary>On the pool, behind what is queued: what is about to come besides is then found by the same wake-up.</summary>
    Behind,

    /// <summary>Inside the call that ends the wait, which holds no gate and has nothing left to do: for an owner that waits for itself.</summary>
    Here,
}
