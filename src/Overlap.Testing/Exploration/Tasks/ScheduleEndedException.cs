namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Unwinds a lane whose schedule is over because something was found; what was found is noted before.</summary>
internal sealed class ScheduleEndedException : Exception
{
    public ScheduleEndedException()
        : base("The explorer has ended this schedule.")
    {
    }
}
