namespace Overlap.Testing.Exploration.Threads;

/// <summary>Flows with the execution context out of a lane's thread, so that code which it started elsewhere is known.</summary>
internal sealed class EscapeMark
{
    private static readonly AsyncLocal<EscapeMark?> Flow = new();

    /// <summary>What the thread explores, or explored last. Written by the thread itself.</summary>
    public ThreadRun? Run { get; set; }

    public static void Set(EscapeMark mark) => Flow.Value = mark;

    /// <summary>Tells the schedule from which the present code came that it runs outside the explorer.</summary>
    public static void Report()
    {
        if (Flow.Value?.Run is { } run)
        {
            run.Escape();
        }
    }
}
