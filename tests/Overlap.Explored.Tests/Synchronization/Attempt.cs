namespace Overlap.Explored.Tests.Synchronization;

/// <summary>Operations that may end in the way that the program asks for.</summary>
internal static class Attempt
{
    /// <summary>Makes an operation that may be cancelled.</summary>
    /// <returns>Whether it was not.</returns>
    public static bool Cancelable(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Makes an operation on what may be disposed.</summary>
    /// <returns>Whether it was not.</returns>
    public static bool Disposable(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
