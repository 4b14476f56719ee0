using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Commands;

/// <summary>Turns words into a call of a verb, and whatever goes wrong into one line and an exit code.</summary>
internal static class CommandLine
{
    // Words that begin with @ are data, not files of further words.
    private static readonly ParserConfiguration Configuration = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        try
        {
            return await DispatchAsync(arguments, terminal);
        }
        catch (RunException exception)
        {
            terminal.Messages.WriteError(exception.Message);
            return exception.ExitCode;
        }
        catch (IOException exception) when (exception.HResult == StandardOutput.BrokenPipe)
        {
            return ExitCode.OutputClosed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            terminal.Messages.WriteError(exception.Message);
            return ExitCode.Environment;
        }
    }

    private static Task<int> DispatchAsync(IReadOnlyList<string> arguments, Terminal terminal)
    {
        // Before the verbs are made: a script that asks for the version waits for nothing else.
        if (arguments is ["--version"])
        {
            return Task.FromResult(Print(terminal, ProgramVersion.Text + "\n"));
        }

        IReadOnlyList<JobVerb> jobs = VerbRegistry.CreateJobs();
        IReadOnlyList<Verb> others = VerbRegistry.CreateOthers(jobs);
        IReadOnlyList<Verb> queue = VerbRegistry.CreateQueue();
        HelpText help = new(jobs, others, queue);
        switch (arguments)
        {
            case [] or ["--help" or "-h" or "-?" or "help"]:
                return Task.FromResult(Print(terminal, help.OfProgram()));
            case ["help", string name]:
                return DispatchAsync([name, "--help"], terminal);
        }

        Verb? verb = jobs.Concat(others).Concat(queue).FirstOrDefault(verb => verb.Name == arguments[0]);
        if (verb is null)
        {
            throw new RunException(ExitCode.Usage, Unknown(arguments[0], jobs.Concat(others).Concat(queue)));
        }

        IReadOnlyList<string> rest = [.. arguments.Skip(1)];
        bool takesJob = verb is ITakesJob;
        rest = verb is ITakesJob taker ? taker.NameJob(rest) : rest;
        JobVerb? compared = takesJob && rest is [string job, ..] ? jobs.FirstOrDefault(verb => verb.Name == job) : null;
        rest = compared is null
            ? verb.Arrange(rest, verb.Groups)
            : [compared.Name, .. compared.Arrange([.. rest.Skip(1)], [.. compared.OwnGroups, .. verb.Groups])];
        if (rest.TakeWhile(static word => word != "--").Any(static word => word is "--help" or "-h" or "-?"))
        {
            return Task.FromResult(Print(terminal, HelpText.OfVerb(verb, compared)));
        }

        Command command = CommandOf(verb, takesJob ? jobs : []);
        ParseResult values = CommandLineParser.Parse(command, rest, Configuration);
        Refuse(values, verb, jobs);
        return verb.RunAsync(new Invocation(arguments, values, terminal));
    }

    private static Command CommandOf(Verb verb, IReadOnlyList<JobVerb> jobs)
    {
        Command command = new(verb.Name);

        // Never run: it tells the parser that the job after the verb may be left out.
        command.SetAction(static _ => ExitCode.Success);
        foreach (Argument argument in verb.Arguments)
        {
            command.Add(argument);
        }

        Add(command, verb.Groups, recursive: jobs.Count > 0);
        foreach (JobVerb job in jobs)
        {
            Command subcommand = new(job.Name);
            foreach (Argument argument in job.Arguments)
            {
                subcommand.Add(argument);
            }

            Add(subcommand, job.OwnGroups, recursive: false);
            command.Add(subcommand);
        }

        return command;
    }

    private static void Add(Command command, IReadOnlyList<OptionGroup> groups, bool recursive)
    {
        foreach (Option option in groups.SelectMany(static group => group.Options))
        {
            option.Recursive = recursive;
            command.Add(option);
        }
    }

    private static void Refuse(ParseResult values, Verb verb, IReadOnlyList<JobVerb> jobs)
    {
        if (MistakenForAnArgument(values) is { } option)
        {
            throw new RunException(ExitCode.Usage, $"{values.CommandResult.Command.Name} has no option {option}; behind -- it is a name");
        }

        if (values.Errors.Count == 0)
        {
            return;
        }

        string? unknown = values.UnmatchedTokens.Count > 0 ? values.UnmatchedTokens[0] : null;
        string message = (verb, unknown) switch
        {
            (_, null) => values.Errors[0].Message,
            (ITakesJob, _) when !unknown.StartsWith('-') && values.CommandResult.Command.Name == verb.Name => Unknown(unknown, jobs),
            _ when unknown.StartsWith('-') => $"{verb.Name} has no option {unknown}; overlap {verb.Name} --help lists them",
            _ => $"{verb.Name} does not take '{unknown}'; overlap {verb.Name} --help tells what it takes",
        };
        throw new RunException(ExitCode.Usage, message);
    }

    /// <summary>Where a verb takes names, an option that it does not know would be one more of them.</summary>
    private static string? MistakenForAnArgument(ParseResult values)
    {
        HashSet<Token> before = new(values.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash), ReferenceEqualityComparer.Instance);
        return values.CommandResult.Children.OfType<ArgumentResult>()
            .SelectMany(static argument => argument.Tokens)
            .FirstOrDefault(token => token.Value is ['-', '-', _, ..] or ['-', >= 'A' and <= 'z', ..] && before.Contains(token))?.Value;
    }

    private static string Unknown(string word, IEnumerable<Verb> known) => word.StartsWith('-')
        ? $"there is no option {word} here; overlap --help lists what there is"
        : $"there is no '{word}'; there are {string.Join(", ", known.Select(static verb => verb.Name))}";

    private static int Print(Terminal terminal, string text)
    {
        terminal.Output.Write(Encoding.UTF8.GetBytes(text));
        return ExitCode.Success;
    }
}
