namespace Overlap.Distributed.Tasks;

/// <summary>A call asks that its end be kept quiet: its message is done with, nothing is stored and nothing follows. Made by <see cref="TaskContext.Ignore"/>, to be thrown.</summary>
/// <remarks>Who waits for its result waits on. It is for calls that others end, or that have stored a state of their own.</remarks>
public sealed class TaskIgnoreException : Exception
{
    internal TaskIgnoreException(string message)
        : base(message)
    {
    }
}
