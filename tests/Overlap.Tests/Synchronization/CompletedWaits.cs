namespace Overlap.Tests.Synchronization;

/// <summary>Takes the end of a wait that must have ended already.</summary>
internal static class CompletedWaits
{
    public static T Now<T>(this ValueTask<T> wait)
    {
        Assert.True(wait.IsCompleted, "The wait has not ended.");
        return wait.Result;
    }

    public static void Now(this ValueTask wait)
    {
        Assert.True(wait.IsCompleted, "The wait has not ended.");
        wait.GetAwaiter().GetResult();
    }
}
