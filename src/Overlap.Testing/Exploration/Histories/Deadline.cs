namespace Overlap.Testing.Exploration.Histories;

/// <summary>The real time by which a search must have ended.</summary>
internal sealed class Deadline(TimeSpan patience)
{
    private readonly long _start = TimeProvider.System.GetTimestamp();

    public bool IsOver => TimeProvider.System.GetElapsedTime(_start) >= patience;
}
