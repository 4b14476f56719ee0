namespace Overlap.Distributed.Diagnostics;

/// <summary>A named place in the code at which tests let the process die or the step fail.</summary>
/// <remarks>
/// Each is a static field of a class whose name ends in <c>FaultPoints</c>: there the tests find them, so that a new one is struck by itself, and one
/// that is never reached fails. Cost: outside of tests a look at a field that is <see langword="null"/>, so that what is tested is what is shipped.
/// </remarks>
/// <param name="name">Its name, of two words: whose it is, and what was done last.</param>
internal sealed class FaultPoint(string name)
{
    private static volatile Action<FaultPoint>? _struck;

    /// <summary>Called where a point is reached; may throw, or end the process. <see langword="null"/>, as it is but for tests: nothing is done.</summary>
    public static Action<FaultPoint>? Struck
    {
        get => _struck;
        set => _struck = value;
    }

    /// <summary>Whether somebody is called.</summary>
    public static bool IsWatched => _struck is not null;

    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Tells that it is reached.</summary>
    public void Reach() => _struck?.Invoke(this);

    /// <summary>Tells that it is reached, if something is so.</summary>
    public void ReachIf(bool isSo)
    {
        if (isSo)
        {
            Reach();
        }
    }
}
