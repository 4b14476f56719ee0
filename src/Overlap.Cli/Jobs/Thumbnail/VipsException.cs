namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>The library gave an error; <see cref="Vips.TakeErrors"/> has its words.</summary>
internal sealed class VipsException : Exception
{
}
