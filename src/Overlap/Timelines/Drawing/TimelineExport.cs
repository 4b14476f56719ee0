using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Gives recordings out in any form.</summary>
public static class TimelineExport
{
    /// <summary>Finds the form that a file's name asks for.</summary>
    /// <param name="path">The name: <c>.json</c>, <c>.svg</c>, <c>.html</c>, <c>.txt</c>, and <c>.trace.json</c> or <c>.chrome.json</c> for Chrome's.</param>
    /// <param name="format">The form, when the name tells.</param>
    public static bool TryGetFormat(string path, out TimelineFormat format)
    {
        ArgumentNullException.ThrowIfNull(path);
        (string Ending, TimelineFormat Format)[] endings =
        [
            (".trace.json", TimelineFormat.Chrome),
            (".chrome.json", TimelineFormat.Chrome),
            (".json", TimelineFormat.Json),
            (".svg", TimelineFormat.Svg),
            (".html", TimelineFormat.Html),
            (".htm", TimelineFormat.Html),
            (".txt", TimelineFormat.Text),
        ];
        foreach ((string ending, TimelineFormat found) in endings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                format = found;
                return true;
            }
        }

        format = default;
        return false;
    }

    /// <summary>Writes recordings to a stream.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="timelines">The recordings; those of one job are drawn on one time scale.</param>
    /// <param name="format">The form.</param>
    public static void Write(Stream stream, IReadOnlyList<Timeline> timelines, TimelineFormat format)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(timelines);
        switch (format)
        {
            case TimelineFormat.Json:
                TimelineFile.Write(stream, timelines);
                break;
            case TimelineFormat.Chrome:
                ChromeTrace.Write(stream, timelines);
                break;
            case TimelineFormat.Svg:
                WriteText(stream, [TimelineSvg.Draw(timelines)]);
                break;
            case TimelineFormat.Html:
                TimelineHtml.Write(stream, timelines);
                break;
            case TimelineFormat.Text:
                WriteText(stream, TimelineText.Draw(timelines, new TimelineTextOptions()));
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(format), format, "is not a form of a timeline");
        }
    }

    /// <summary>Writes recordings to a file in the form that its name asks for.</summary>
    /// <param name="path">The file; replaced as a whole when everything is written, and left as it was when something fails.</param>
    /// <param name="timelines">The recordings; those of one job are drawn on one time scale.</param>
    /// <exception cref="ArgumentException">The name asks for no known form.</exception>
    public static void Write(string path, IReadOnlyList<Timeline> timelines)
    {
        if (!TryGetFormat(path, out TimelineFormat format))
        {
            throw new ArgumentException($"'{path}' ends in none of .json .svg .html .txt .trace.json", nameof(path));
        }

        Write(path, timelines, format);
    }

    /// <summary>Writes recordings to a file.</summary>
    /// <param name="path">The file; replaced as a whole when everything is written, and left as it was when something fails.</param>
    /// <param name="timelines">The recordings; those of one job are drawn on one time scale.</param>
    /// <param name="format">The form, whatever the name.</param>
    public static void Write(string path, IReadOnlyList<Timeline> timelines, TimelineFormat format)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);

        // In the same folder: only there is a rename one step.
        string part = $"{path}.{Guid.NewGuid():n}.part";
        try
        {
            using (FileStream stream = new(part, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                Write(stream, timelines, format);
            }

            File.Move(part, path, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }
    }

    private static void WriteText(Stream stream, IEnumerable<string> lines)
    {
        using StreamWriter writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        foreach (string line in lines)
        {
            writer.WriteLine(line);
        }
    }
}
