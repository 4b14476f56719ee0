using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Overlap.Testing.Exploration.Hosting;

/// <summary>The program that explores an assembly from within: it is started with that assembly's own dependencies and settings.</summary>
/// <remarks>
/// Standard output carries one JSON object a line: <c>{"begin":name}</c>, <c>{"schedules":n}</c> now and then,
/// <c>{"result":{…},"text":…}</c> for each program, or <c>{"refusal":why}</c> and nothing else. What the explored code prints goes to standard error.
/// </remarks>
internal static class ExploredAssembly
{
    // What the process ends with; the results are in its output.
    private const int Done = 0;
    private const int Refused = 2;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static int Main(string[] arguments)
    {
        using Stream output = Console.OpenStandardOutput();
        Console.SetOut(Console.Error);
        try
        {
            return Run(ExploredRequest.Parse(arguments), output);
        }
        catch (ExploredRefusalException refusal)
        {
            Send(output, json => json.WriteString("refusal", refusal.Message));
            return Refused;
        }
    }

    private static int Run(ExploredRequest request, Stream output)
    {
        foreach (ExploredProgram program in Select(request))
        {
            Send(output, json => json.WriteString("begin", program.Name));
            ExplorationOptions options = request.Change(program.Options) with
            {
                Progress = schedules => Send(output, json => json.WriteNumber("schedules", schedules)),
            };
            ExplorationResult result = RunOrReplay(program, request.Seed, options);
            Send(output, json =>
            {
                json.WritePropertyName("result");
                ExplorationJson.Write(json, result);
                json.WriteString("text", result.ToString());
            });
        }

        return Done;
    }

    private static ExplorationResult RunOrReplay(ExploredProgram program, string? seed, ExplorationOptions options)
    {
        try
        {
            return seed is null ? program.Run(options) : program.Replay(seed);
        }
        catch (ArgumentException exception) when (seed is not null)
        {
            throw ExploredRefusalException.Of(exception);
        }
    }

    private static List<ExploredProgram> Select(ExploredRequest request)
    {
        IReadOnlyList<ExploredProgram> programs = Find(request.Assembly);
        string name = Path.GetFileName(request.Assembly);
        if (programs.Count == 0)
        {
            throw new ExploredRefusalException($"{name} has no method with [Explored]");
        }

        string names = string.Join(", ", programs.Select(static program => program.Name));
        List<ExploredProgram> chosen =
            [.. programs.Where(program => request.Filter is not { } filter || program.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))];
        return chosen.Count switch
        {
            0 => throw new ExploredRefusalException($"no explored method of {name} has '{request.Filter}' in its name; there are {names}"),
            > 1 when request.Seed is not null => throw new ExploredRefusalException($"a seed replays one program: choose it by --filter; there are {names}"),
            _ => chosen,
        };
    }

    private static IReadOnlyList<ExploredProgram> Find(string path)
    {
        try
        {
            return Explore.Find(Assembly.LoadFrom(path));
        }
        catch (Exception exception) when (exception is IOException or BadImageFormatException or ReflectionTypeLoadException)
        {
            string reason = (exception as ReflectionTypeLoadException)?.LoaderExceptions[0]?.Message ?? exception.Message;
            throw new ExploredRefusalException($"{Path.GetFileName(path)} cannot be loaded: {reason.ReplaceLineEndings(" ")}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new ExploredRefusalException(exception.Message, exception);
        }
    }

    private static void Send(Stream output, Action<Utf8JsonWriter> write)
    {
        using MemoryStream line = new();
        using (Utf8JsonWriter json = new(line, Compact))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        output.Write(line.GetBuffer(), 0, (int)line.Length);
    }
}
