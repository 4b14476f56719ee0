using System.CommandLine;
using System.CommandLine.Completions;

namespace Overlap.Cli.Arguments;

/// <summary>The words that a shell offers for a value: those worth typing, not all that may be given.</summary>
internal static class OfferedWords
{
    /// <summary>Has a shell offer words for an option's value.</summary>
    public static Option<T> Offering<T>(this Option<T> option, params string[] words)
    {
        option.CompletionSources.Add(_ => words.Select(static word => new CompletionItem(word)));
        return option;
    }

    /// <summary>Has a shell offer words for an argument; they are asked for only when a script is written.</summary>
    public static Argument<T> Offering<T>(this Argument<T> argument, Func<IEnumerable<string>> words)
    {
        argument.CompletionSources.Add(_ => words().Select(static word => new CompletionItem(word)));
        return argument;
    }

    /// <summary>Gives the words of an option; none for one that takes no value.</summary>
    public static IReadOnlyList<string> Of(Option option) => option.HelpName is null ? [] : [.. option.GetCompletions(CompletionContext.Empty).Select(static item => item.Label)];

    /// <summary>Gives the words of an argument.</summary>
    public static IReadOnlyList<string> Of(Argument argument) => [.. argument.GetCompletions(CompletionContext.Empty).Select(static item => item.Label)];
}
