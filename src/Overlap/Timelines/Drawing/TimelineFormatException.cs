namespace Overlap.Timelines.Drawing;

/// <summary>A file is not a timeline that this program can read.</summary>
public sealed class TimelineFormatException : FormatException
{
    /// <summary>Says what is wrong and where.</summary>
    /// <param name="where">The place in the file, such as <c>timelines[0].lanes[3].spans[12].finished</c>.</param>
    /// <param name="what">What is wrong there.</param>
    /// <param name="innerException">What a parser said, when one did.</param>
    public TimelineFormatException(string where, string what, Exception? innerException = null)
        : base($"{where}: {what}", innerException)
    {
        Where = where;
        What = what;
    }

    /// <summary>The place in the file.</summary>
    public string Where { get; }

    /// <summary>What is wrong there.</summary>
    public string What { get; }
}
