using System.Globalization;

namespace Overlap.Processes;

/// <summary>A call waited or ran longer than it may.</summary>
public sealed class CallDeadlineException : TimeoutException
{
    /// <summary>Makes the exception.</summary>
    public CallDeadlineException()
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What took too long.</param>
    public CallDeadlineException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception.</summary>
    /// <param name="message">What took too long.</param>
    /// <param name="innerException">What it was found by.</param>
    public CallDeadlineException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The time that was allowed.</summary>
    public TimeSpan Deadline { get; init; }

    /// <summary>Whether the call had started; if not, it never ran.</summary>
    public bool HasStarted { get; init; }

    internal static CallDeadlineException Of(string function, TimeSpan deadline, bool hasStarted)
    {
        string seconds = deadline.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
        return new CallDeadlineException(hasStarted
            ? $"{function} ran longer than its deadline of {seconds} s."
            : $"{function} waited longer than {seconds} s for a worker and never ran.")
        {
            Deadline = deadline,
            HasStarted = hasStarted,
        };
    }
}
