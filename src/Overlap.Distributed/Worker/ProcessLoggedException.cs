namespace Overlap.Distributed.Worker;

/// <summary>An exception that a call has logged in its process; here it is its text.</summary>
internal sealed class ProcessLoggedException(string message, string text) : Exception(message)
{
    public override string ToString() => text;
}
