using System.CommandLine;
using System.Text;

namespace Overlap.Cli.Commands;

/// <summary>The help: what a newcomer wants first comes first.</summary>
internal sealed class HelpText(IReadOnlyList<JobVerb> jobs, IReadOnlyList<Verb> others, IReadOnlyList<Verb> queue)
{
    private const int OptionColumn = 26;

    public string OfProgram()
    {
        StringBuilder text = new();
        text.Append("""
            overlap makes slow programs fast by overlapping their work, and shows which way of doing so wins.

            Start here:
              overlap compare           the same work inline, on threads, as async calls, in processes
              overlap advise -- CMD {} ::: ITEM …   how many at a time, and whether it is worth it
            
            """);
        Append(text, "\nJobs (alone, or each after compare or advise):", jobs);
        Append(text, "\nThe task queue, for work that outgrows one machine:", queue);
        Append(text, "\nBesides:", others);
        text.Append("\noverlap VERB --help tells more about each.   overlap --version\n");
        return text.ToString();
    }

    public static string OfVerb(Verb verb, JobVerb? compared)
    {
        StringBuilder text = new();
        string arguments = string.Concat(verb.Arguments.Select(static argument => $" {argument.HelpName ?? argument.Name}"));
        string usage = compared is not null ? $"{verb.Name} {compared.Name}" : verb is ITakesJob taker ? $"{verb.Name} {taker.JobUsage}" : verb.Name;
        text.Append($"overlap {usage}{arguments} [options]: {verb.Summary}\n");
        if (verb.Description.Length > 0)
        {
            text.Append($"\n{verb.Description}\n");
        }

        if (compared is not null)
        {
            Append(text, compared.OwnGroups, $"{compared.Name}: ");
        }

        Append(text, verb.Groups, "");
        text.Append("\nExamples:\n");
        int width = 0;
        foreach ((string command, string _) in verb.Examples)
        {
            width = Math.Max(width, command.Length);
        }

        foreach ((string command, string meaning) in verb.Examples)
        {
            text.Append($"  {command.PadRight(width)}   {meaning}\n");
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string title, IEnumerable<Verb> verbs)
    {
        text.Append(title).Append('\n');
        foreach (Verb verb in verbs)
        {
            text.Append($"  overlap {verb.Name,-16}  {verb.Summary}\n");
        }
    }

    private static void Append(StringBuilder text, IReadOnlyList<OptionGroup> groups, string prefix)
    {
        foreach (OptionGroup group in groups)
        {
            text.Append($"\n{prefix}{group.Title}:\n");
            foreach (Option option in group.Options)
            {
                string names = string.Join(", ", option.Aliases.Append(option.Name));
                string left = option.HelpName is null ? $"  {names}" : $"  {names} {option.HelpName}";
                string gap = left.Length < OptionColumn ? "" : "\n";
                text.Append($"{(gap.Length == 0 ? left.PadRight(OptionColumn) : left + "\n" + new string(' ', OptionColumn))}{option.Description}\n");
            }
        }
    }
}
