namespace Overlap.Testing.Exploration.Tasks;

/// <summary>A place in the source.</summary>
/// <param name="File">The file, with its folder.</param>
/// <param name="Line">The line, from 1.</param>
internal readonly record struct SourceLine(string File, int Line)
{
    public override string ToString() => $"{Path.GetFileName(File.Replace('\\', '/'))}:{Line}";
}
