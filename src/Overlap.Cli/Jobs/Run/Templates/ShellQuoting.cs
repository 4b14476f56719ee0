namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>Follows the quotes of a shell's text.</summary>
internal struct ShellQuoting
{
    public ShellQuotingState State { get; private set; }

    /// <summary>Whether a backslash takes what comes next as it is.</summary>
    public bool IsEscaped { get; private set; }

    /// <summary>Goes on over a piece of the text.</summary>
    /// <returns>The piece.</returns>
    public string Read(string text)
    {
        foreach (char letter in text)
        {
            if (IsEscaped)
            {
                IsEscaped = false;
                continue;
            }

            IsEscaped = letter == '\\' && State != ShellQuotingState.Single;
            State = (letter, State) switch
            {
                ('\'', ShellQuotingState.Bare) => ShellQuotingState.Single,
                ('\'', ShellQuotingState.Single) => ShellQuotingState.Bare,
                ('"', ShellQuotingState.Bare) => ShellQuotingState.Double,
                ('"', ShellQuotingState.Double) => ShellQuotingState.Bare,
                _ => State,
            };
        }

        return text;
    }
}
