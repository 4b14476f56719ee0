namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Something that can run next.</summary>
/// <param name="Lane">Whose step it is.</param>
/// <param name="Work">A delegate of one of the forms that continuations have, or a work item.</param>
/// <param name="State">Its argument.</param>
/// <param name="File">Where the program said that it stands, if it did.</param>
/// <param name="Line">The line in it.</param>
internal readonly record struct ReadyStep(TaskLane Lane, object Work, object? State, string? File = null, int Line = 0)
{
    public void Run()
    {
        switch (Work)
        {
            case Action continuation:
                continuation();
                break;
            case SendOrPostCallback callback:
                callback(State);
                break;
            case IThreadPoolWorkItem workItem:
                workItem.Execute();
                break;
            default:
                ((Action<object?>)Work)(State);
                break;
        }
    }
}
