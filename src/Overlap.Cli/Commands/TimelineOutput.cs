using Overlap.Cli.Jobs;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Commands;

/// <summary>Writes recordings to the file that <c>--timeline</c> or <c>--out</c> names.</summary>
internal static class TimelineOutput
{
    /// <summary>Refuses a name that asks for no known form, before any work is done.</summary>
    public static void Check(string path)
    {
        if (!TimelineExport.TryGetFormat(path, out _))
        {
            throw new RunException(ExitCode.Usage, $"'{path}' ends in none of .json, .svg, .html, .txt and .trace.json");
        }
    }

    public static void Save(string path, IReadOnlyList<Timeline> timelines)
    {
        try
        {
            TimelineExport.Write(path, timelines);
        }
        catch (Exception exception) when (RunException.IsOfFile(exception))
        {
            throw RunException.File("cannot write the timeline", path, exception);
        }
    }
}
