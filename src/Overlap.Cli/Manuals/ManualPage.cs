using System.CommandLine;
using Overlap.Cli.Commands;

namespace Overlap.Cli.Manuals;

/// <summary>Writes the manual page: what the help says of every verb, in one document.</summary>
/// <remarks>Source: the macros of man(7), as groff and mandoc read them.</remarks>
internal static class ManualPage
{
    private static readonly (string Code, string Meaning)[] ExitCodes =
    [
        ("0", "all well"),
        ("1", "some items failed"),
        ("2", "the command line is wrong"),
        ("4", "halted by --halt"),
        ("5", "the environment: a file, a library, a broker, a disk that is full"),
        ("124", "the deadline has passed"),
        ("130, 143", "ended by Ctrl-C, by SIGTERM"),
    ];

    private static readonly (string Name, string Meaning)[] Variables =
    [
        ("NO_COLOR", "not empty: no colour, whatever else is said"),
        ("FORCE_COLOR, CLICOLOR_FORCE", "colour where there is no terminal"),
        ("COLUMNS", "the width of tables and pictures"),
        ("TERM", "dumb: no colour, and nothing is redrawn"),
    ];

    public static string Write(IReadOnlyList<JobVerb> jobs, IReadOnlyList<Verb> others, IReadOnlyList<Verb> queue, string version)
    {
        RoffText page = new();
        page.Title("OVERLAP", 1, version);
        page.Section("NAME").Text("overlap - make slow programs fast by overlapping their work");
        page.Section("SYNOPSIS").Lines("overlap VERB [inputs] [options]", "overlap compare [JOB] [options]", "overlap advise JOB [options]", "overlap help VERB", "overlap --version");
        page.Section("DESCRIPTION").Text("Runs the same work inline, on threads, as asynchronous calls or in worker processes, and shows which way of doing so wins.");
        page.Text("Data goes to standard output and nothing else does; progress, messages and the summary go to standard error.");
        page.Text("Durations are 85ms, 30s, 2m, 1h; a bare number is seconds. Sizes are 50MB or 50MiB. Rates are 20/s.");
        AppendVerbs(page, "JOBS", jobs);
        AppendShared(page, jobs);
        AppendVerbs(page, "OTHER VERBS", others);
        AppendVerbs(page, "THE TASK QUEUE", queue);
        AppendTable(page, "EXIT STATUS", ExitCodes);
        AppendTable(page, "ENVIRONMENT", Variables);
        return page.ToString();
    }

    private static void AppendVerbs(RoffText page, string title, IEnumerable<Verb> verbs)
    {
        page.Section(title);
        foreach (Verb verb in verbs)
        {
            string arguments = string.Concat(verb.Arguments.Select(static argument => $" {argument.HelpName ?? argument.Name}"));
            page.Subsection($"overlap {verb.Name}{(verb is ITakesJob taker ? $" {taker.JobUsage}" : "")}{arguments}");
            page.Text(Sentence(verb.Summary));
            if (verb.Description.Length > 0)
            {
                page.Text(verb.Description);
            }

            foreach (OptionGroup group in verb is JobVerb job ? job.OwnGroups : verb.Groups)
            {
                AppendOptions(page, group);
            }

            foreach ((string command, string meaning) in verb.Examples)
            {
                page.Example(command, meaning);
            }
        }
    }

    /// <summary>What every job takes, once; a default that differs from job to job is told by the job's own help.</summary>
    private static void AppendShared(RoffText page, IReadOnlyList<JobVerb> jobs)
    {
        page.Section("OPTIONS OF EVERY JOB");
        page.Text("Models, defaults and limits differ from job to job: overlap VERB --help has them.");
        JobVerb first = jobs[0];
        foreach (OptionGroup group in first.Groups.Skip(first.OwnGroups.Count))
        {
            page.Text(group.Title + ":");
            AppendOptions(page, group);
        }
    }

    private static void AppendOptions(RoffText page, OptionGroup group)
    {
        foreach (Option option in group.Options)
        {
            page.Entry(string.Join(", ", option.Aliases.Append(option.Name)), option.HelpName, Sentence(option.Description ?? ""));
        }
    }

    private static void AppendTable(RoffText page, string title, (string Word, string Meaning)[] rows)
    {
        page.Section(title);
        foreach ((string word, string meaning) in rows)
        {
            page.Entry(word, null, Sentence(meaning));
        }
    }

    private static string Sentence(string text) => text.Length == 0 ? "" : char.ToUpperInvariant(text[0]) + text[1..] + (text.EndsWith('.') ? "" : ".");
}
