namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>Nothing can be made of one picture; caught by the job, which makes a result of it.</summary>
/// <param name="kind">One of <see cref="PictureFailure"/>.</param>
/// <param name="message">One line, without the file's name.</param>
internal sealed class PictureException(string kind, string message) : Exception(message)
{
    /// <summary>One of <see cref="PictureFailure"/>.</summary>
    public string Kind { get; } = kind;
}
