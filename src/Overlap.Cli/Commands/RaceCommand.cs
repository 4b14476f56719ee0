using System.CommandLine;
using System.Text;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Races;
using Overlap.Cli.Rendering;
using Overlap.Testing.Exploration.Hosting;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap race</c>: runs small concurrent programs under every order that matters.</summary>
internal sealed class RaceCommand : Verb
{
    private readonly Argument<string?> _name =
        new Argument<string?>("NAME") { Arity = ArgumentArity.ZeroOrOne, HelpName = "NAME" }.Offering(static () => BuiltInRace.All.SelectMany(static race => (string[])[race.Story, race.Name]).Distinct());

    private readonly Option<string?> _assembly = new("--assembly") { HelpName = "FILE", Description = "explore the methods with [Explored] of this assembly" };

    private readonly Option<string?> _filter = new("--filter") { HelpName = "TEXT", Description = "only methods that have TEXT in their names" };

    private readonly Option<string?> _seed = new("--seed") { HelpName = "SEED", Description = "repeat the one schedule that a failure printed" };

    private readonly Option<Count?> _schedules = ValueOption.Number("--schedules", "N", "the most schedules of each program", 1, int.MaxValue);

    private readonly Option<StrategyName?> _strategy = ValueOption.Create(
        "--strategy", "NAME", $"how the next step is chosen: {StrategyName.Expected}", StrategyName.TryParse, StrategyName.Expected).Offering(StrategyName.Words);

    private readonly Option<bool> _json = new("--json") { Description = "print one JSON object with all that was found" };

    private readonly Option<bool> _quiet = JobOptions.CreateQuiet();

    public override string Name => "race";

    public override string Summary => "find the interleaving that breaks a concurrent program, draw it, replay it";

    public override string Description => $"""
        Runs a small program again and again, each time in another order of its tasks or threads.
        What breaks it is made as short as possible, drawn step by step, and can be repeated by its seed.
        NAME is a story that comes with the tool: {string.Join(", ", Stories())}.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap race bank-account", "how a withdrawal is lost, and how it is not"),
        ("overlap race --assembly bin/Debug/net10.0/My.Tests.dll", "your own methods with [Explored]"),
        ("overlap race --assembly My.Tests.dll --filter Cache --seed a1-…", "the same failure again"),
    ];

    public override IReadOnlyList<Argument> Arguments => [_name];

    public override IReadOnlyList<OptionGroup> Groups =>
    [
        new OptionGroup("What is explored", _assembly, _filter, _seed, _schedules, _strategy),
        new OptionGroup("Output", _json, _quiet),
    ];

    public override async Task<int> RunAsync(Invocation invocation)
    {
        ExploredRequest request = new(
            invocation.Values.GetValue(_assembly) ?? "",
            invocation.Values.GetValue(_filter),
            invocation.Values.GetValue(_seed),
            invocation.Values.GetValue(_schedules)?.Value,
            invocation.Values.GetValue(_strategy)?.Strategy);
        string? name = invocation.Values.GetValue(_name);
        IReadOnlyList<RaceReport> reports = (name, request.Assembly) switch
        {
            (not null, { Length: > 0 }) => throw new RunException(ExitCode.Usage, "race takes a NAME or --assembly, not both"),
            (null, "") => throw new RunException(ExitCode.Usage, $"race needs a NAME ({string.Join(", ", Stories())}) or --assembly FILE"),
            (not null, _) => RunBuiltIn(name, request),
            _ => await RunAssemblyAsync(request, invocation),
        };
        Write(reports, request, invocation);
        return reports.Any(static report => report.Found) ? ExitCode.SomeFailed : ExitCode.Success;
    }

    private static IEnumerable<string> Stories() => BuiltInRace.All.Select(static race => race.Story).Distinct();

    private static List<RaceReport> RunBuiltIn(string name, ExploredRequest request)
    {
        List<BuiltInRace> races = [.. BuiltInRace.All.Where(race => race.Story == name || race.Name == name)];
        if (races.Count == 0)
        {
            throw new RunException(ExitCode.Usage, $"there is no story '{name}'; there are {string.Join(", ", Stories())}");
        }

        // A seed is of a schedule that failed: of the first form, which is the unsafe one.
        IEnumerable<BuiltInRace> chosen = request.Seed is null ? races : races.Take(1);
        try
        {
            return [.. chosen.Select(race => RaceReport.Of(race.Run(request.Change, request.Seed)))];
        }
        catch (ArgumentException exception) when (request.Seed is not null)
        {
            throw new RunException(ExitCode.Usage, ExploredRefusalException.Of(exception).Message, exception);
        }
    }

    private async Task<IReadOnlyList<RaceReport>> RunAssemblyAsync(ExploredRequest request, Invocation invocation)
    {
        Terminal terminal = invocation.Terminal;
        bool shows = terminal.CanRedraw && !invocation.Values.GetValue(_quiet);
        try
        {
            return await ExploredProcess.RunAsync(
                request,
                (program, schedules) =>
                {
                    if (shows)
                    {
                        terminal.Messages.SetStatus($"{program}: {schedules:N0} schedules");
                    }
                },
                terminal.Messages.WriteLine);
        }
        finally
        {
            if (shows)
            {
                terminal.Messages.SetStatus("");
            }
        }
    }

    private static string Again(RaceReport report, string command) => report.Seed is { } seed ? $"\n  again: {command}{report.Program} --seed {seed}" : "";

    private void Write(IReadOnlyList<RaceReport> reports, ExploredRequest request, Invocation invocation)
    {
        if (!invocation.Values.GetValue(_json))
        {
            string again = request.Assembly.Length > 0 ? $"overlap race --assembly {request.Assembly} --filter " : "overlap race ";
            string text = string.Join("\n\n", reports.Select(report => report.Text.TrimEnd() + Again(report, again))) + "\n";
            invocation.Terminal.Output.Write(Encoding.UTF8.GetBytes(text));
            return;
        }

        invocation.Terminal.Output.Write(JsonText.Line(json =>
        {
            if (reports is [RaceReport only])
            {
                only.Object.WriteTo(json);
                return;
            }

            json.WriteStartObject();
            json.WriteNumber("version", 1);
            json.WriteStartArray("programs");
            foreach (RaceReport report in reports)
            {
                report.Object.WriteTo(json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }));
    }
}
