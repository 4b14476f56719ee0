using System.CommandLine;
using System.CommandLine.Parsing;

namespace Overlap.Cli.Arguments;

/// <summary>Makes options whose value is read by a value type of ours, with an error that names option, value and what was expected.</summary>
internal static class ValueOption
{
    /// <param name="name">The option, such as <c>--delay</c>.</param>
    /// <param name="argument">What the help calls the value, such as <c>T</c>.</param>
    /// <param name="description">One line for the help.</param>
    /// <param name="tryParse">Reads the value, or gives <see langword="null"/>.</param>
    /// <param name="expected">What a good value is, for the error.</param>
    /// <param name="aliases">Other names.</param>
    public static Option<T?> Create<T>(
        string name, string argument, string description, Func<string, T?> tryParse, string expected, params string[] aliases)
        where T : class => new(name, aliases)
        {
            HelpName = argument,
            Description = description,
            CustomParser = result => Read(result, name, tryParse, expected),
        };

    /// <summary>A whole number within bounds.</summary>
    public static Option<Count?> Number(string name, string argument, string description, int least, int most, params string[] aliases) =>
        Create(
            name,
            argument,
            description,
            text => Count.TryParse(text) is { } count && count.Value >= least && count.Value <= most ? count : null,
            most == int.MaxValue ? $"a whole number, at least {least}" : $"a whole number from {least} to {most:N0}",
            aliases);

    private static T? Read<T>(ArgumentResult result, string name, Func<string, T?> tryParse, string expected)
        where T : class
    {
        if (result.Tokens.Count == 0)
        {
            return null;
        }

        string text = result.Tokens[^1].Value;
        T? value = tryParse(text);
        if (value is null)
        {
            result.AddError($"{name}: '{text}' is not {expected}");
        }

        return value;
    }
}
