using Overlap.Cli.Commands;

namespace Overlap.Cli.Completions;

/// <summary>Everything that a shell can offer, taken from the verbs themselves: a verb or an option that is new is offered without another line here.</summary>
internal static class CompletionModel
{
    /// <summary>Gives all verbs, and those that take a job once more for each.</summary>
    public static IReadOnlyList<CompletedVerb> OfAll()
    {
        IReadOnlyList<JobVerb> jobs = VerbRegistry.CreateJobs();
        Verb[] verbs = [.. jobs, .. VerbRegistry.CreateOthers(jobs), .. VerbRegistry.CreateQueue()];
        string[] names = [.. verbs.Select(static verb => verb.Name)];
        List<CompletedVerb> all = [];
        foreach (Verb verb in verbs)
        {
            if (verb is not ITakesJob)
            {
                all.Add(new CompletedVerb([verb.Name], verb.Summary, OptionsOf(verb.Groups), CompletedValue.Of(verb.Arguments)));
                continue;
            }

            CompletedValue job = new("JOB", ValueKind.Words, [.. jobs.Select(static job => job.Name)]);
            all.Add(new CompletedVerb([verb.Name], verb.Summary, OptionsOf(verb.Groups), job));
            foreach (JobVerb compared in jobs)
            {
                all.Add(new CompletedVerb(
                    [verb.Name, compared.Name], compared.Summary, OptionsOf([.. compared.OwnGroups, .. verb.Groups]), CompletedValue.Of(compared.Arguments)));
            }
        }

        all.Add(new CompletedVerb(["help"], "tell about a verb", [], new CompletedValue("VERB", ValueKind.Words, names)));
        return all;
    }

    private static List<CompletedOption> OptionsOf(IReadOnlyList<OptionGroup> groups) =>
        [.. groups.SelectMany(static group => group.Options).Select(CompletedOption.Of), CompletedOption.Help];
}
