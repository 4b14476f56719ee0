using System.Text;
using Overlap.Cli.Arguments;

namespace Overlap.Cli.Rendering;

/// <summary>The world around the program: where data and messages go, and what the ends of those wires can show.</summary>
internal sealed class Terminal
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <param name="output">Where data goes.</param>
    /// <param name="error">Where progress and messages go.</param>
    /// <param name="input">Where <c>-</c> reads from.</param>
    public Terminal(Stream output, Stream error, Stream input)
    {
        Output = output;
        Input = input;
        Messages = new Messages(new StreamWriter(error, Utf8, 1024, leaveOpen: true) { AutoFlush = true, NewLine = "\n" }, error);
    }

    /// <summary>Where data goes, and nothing else.</summary>
    public Stream Output { get; }

    public Stream Input { get; }

    /// <summary>Where progress and messages go.</summary>
    public Messages Messages { get; }

    public bool OutputIsTerminal { get; init; }

    public bool ErrorIsTerminal { get; init; }

    public bool InputIsTerminal { get; init; }

    /// <summary>Columns of the terminal, or what is safe where there is none.</summary>
    public int Width { get; init; } = 100;

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    public Func<string, string?> Environment { get; init; } = static _ => null;

    /// <summary>A terminal that understands cursor movements.</summary>
    public bool CanRedraw => ErrorIsTerminal && !IsDumb;

    private bool IsDumb => Environment("TERM") is null or "dumb";

    /// <summary>Opens the process's own terminal.</summary>
    public static Terminal OfProcess()
    {
        bool outputIsTerminal = !Console.IsOutputRedirected;
        bool errorIsTerminal = !Console.IsErrorRedirected;
        return new Terminal(new StandardOutput(), Console.OpenStandardError(), Console.OpenStandardInput())
        {
            OutputIsTerminal = outputIsTerminal,
            ErrorIsTerminal = errorIsTerminal,
            InputIsTerminal = !Console.IsInputRedirected,
            Width = WidthOf(outputIsTerminal || errorIsTerminal),
            Environment = System.Environment.GetEnvironmentVariable,
        };
    }

    /// <summary>Tells whether standard output is coloured.</summary>
    public Ink OutputInk(ColorMode? mode) => new(UsesColor(mode, OutputIsTerminal));

    /// <summary>Tells whether standard error is coloured.</summary>
    public Ink ErrorInk(ColorMode? mode) => new(UsesColor(mode, ErrorIsTerminal));

    /// <summary>Opens a writer of text on standard output.</summary>
    public StreamWriter OpenText() => new(Output, Utf8, 4096, leaveOpen: true) { NewLine = "\n" };

    private static int WidthOf(bool hasTerminal)
    {
        if (int.TryParse(System.Environment.GetEnvironmentVariable("COLUMNS"), out int columns) && columns >= 20)
        {
            return columns;
        }

        try
        {
            return hasTerminal && Console.WindowWidth is >= 20 and int width ? width : 100;
        }
        catch (IOException)
        {
            return 100;
        }
    }

    // NO_COLOR is the user's word for every program and stands above an option that may come from a script.
    private bool UsesColor(ColorMode? mode, bool isTerminal)
    {
        if (!string.IsNullOrEmpty(Environment("NO_COLOR")))
        {
            return false;
        }

        return mode?.When ?? (Forces("FORCE_COLOR") || Forces("CLICOLOR_FORCE") || (isTerminal && !IsDumb));
    }

    private bool Forces(string variable) => Environment(variable) is { Length: > 0 } and not "0";
}
