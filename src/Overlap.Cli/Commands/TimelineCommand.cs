using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap timeline</c>: draws a recording.</summary>
internal sealed class TimelineCommand : Verb
{
    private const string Formats = "text, svg, html, chrome or json";

    private readonly Argument<string?> _file = new("FILE") { HelpName = "FILE", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<string?> _jobLog = new("--from-joblog")
    {
        HelpName = "FILE",
        Description = "draw a journal of commands instead: GNU parallel's --joblog, or that of overlap run; - is standard input",
    };

    private readonly Option<string?> _out = new("--out", "-o") { HelpName = "FILE", Description = "write there; the form follows from the name: .svg, .html, .trace.json, .json or .txt" };

    private readonly Option<Form?> _format = ValueOption.Create("--format", "FORM", $"{Formats} (default: from --out, else text)", Form.TryParse, Formats).Offering("text", "svg", "html", "chrome", "json");

    private readonly Option<Count?> _width = ValueOption.Number("--width", "N", "columns of the text form (default: the terminal's)", 40, 1_000);

    private readonly Option<bool> _ascii = new("--ascii") { Description = "text without block characters" };

    private readonly Option<ColorMode?> _color = JobOptions.CreateColor();

    public override string Name => "timeline";

    public override string Summary => "draw a recorded timeline: terminal, SVG, HTML page or Chrome trace";

    public override string Description => """
        Draws what --timeline FILE.json recorded: one lane per worker, work against waiting. A joblog, GNU parallel's too, says
        when each command ran; what it did meanwhile nobody knows.
        The HTML page is one file and can be zoomed; the Chrome trace opens in ui.perfetto.dev.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap compare pages --timeline pages.json", "records every model"),
        ("overlap timeline pages.json", "draws it in the terminal"),
        ("overlap timeline pages.json --out pages.html", "as a page to zoom in"),
        ("overlap timeline --from-joblog jobs.log --out jobs.svg", "what GNU parallel did when"),
    ];

    public override IReadOnlyList<Argument> Arguments => [_file];

    public override IReadOnlyList<OptionGroup> Groups => [new OptionGroup("The recording", _jobLog), new OptionGroup("The drawing", _out, _format, _width, _ascii, _color)];

    public override Task<int> RunAsync(Invocation invocation)
    {
        string? target = invocation.Values.GetValue(_out);
        TimelineFormat format = FormatOf(target, invocation.Values.GetValue(_format));
        ImmutableArray<Timeline> timelines = (invocation.Values.GetValue(_file), invocation.Values.GetValue(_jobLog)) switch
        {
            ({ } file, null) => Read(file),
            (null, { } log) => [ReadJobLog(log, invocation.Terminal.Input)],
            (null, null) => throw new RunException(ExitCode.Usage, "timeline: of what? a recording (FILE.json), or a journal of commands (--from-joblog FILE)"),
            _ => throw new RunException(ExitCode.Usage, "timeline: a recording and a journal of commands: give one of them"),
        };
        if (target is not null)
        {
            Write(target, timelines, format);
        }
        else if (format == TimelineFormat.Text)
        {
            TimelineTextOptions options = new()
            {
                Width = invocation.Values.GetValue(_width)?.Value ?? invocation.Terminal.Width,
                Color = invocation.Terminal.OutputInk(invocation.Values.GetValue(_color)).IsOn,
                Ascii = invocation.Values.GetValue(_ascii),
            };
            invocation.Terminal.Output.Write(Encoding.UTF8.GetBytes(string.Concat(TimelineText.Draw(timelines, options).Select(static line => line + "\n"))));
        }
        else
        {
            using BufferedStream output = new(invocation.Terminal.Output);
            TimelineExport.Write(output, timelines, format);
        }

        return Task.FromResult(ExitCode.Success);
    }

    private static TimelineFormat FormatOf(string? target, Form? named)
    {
        if (named is not null)
        {
            return named.Format;
        }

        if (target is null)
        {
            return TimelineFormat.Text;
        }

        TimelineOutput.Check(target);
        _ = TimelineExport.TryGetFormat(target, out TimelineFormat format);
        return format;
    }

    private static ImmutableArray<Timeline> Read(string path)
    {
        try
        {
            return TimelineFile.Read(path);
        }
        catch (TimelineFormatException exception)
        {
            throw new RunException(ExitCode.Usage, $"{path} is no timeline: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot read", path, exception);
        }
    }

    private static Timeline ReadJobLog(string path, Stream input)
    {
        try
        {
            if (path == "-")
            {
                return JobLogFile.Read(input, "standard input");
            }

            using FileStream file = File.OpenRead(path);
            return JobLogFile.Read(file, Path.GetFileName(path));
        }
        catch (TimelineFormatException exception)
        {
            throw new RunException(ExitCode.Usage, $"{path} is no joblog: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot read", path, exception);
        }
    }

    private static void Write(string path, ImmutableArray<Timeline> timelines, TimelineFormat format)
    {
        try
        {
            TimelineExport.Write(path, timelines, format);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot write", path, exception);
        }
    }

    private sealed record Form(TimelineFormat Format)
    {
        public static Form? TryParse(string text) => text switch
        {
            "text" => new Form(TimelineFormat.Text),
            "svg" => new Form(TimelineFormat.Svg),
            "html" => new Form(TimelineFormat.Html),
            "chrome" => new Form(TimelineFormat.Chrome),
            "json" => new Form(TimelineFormat.Json),
            _ => null,
        };
    }
}
