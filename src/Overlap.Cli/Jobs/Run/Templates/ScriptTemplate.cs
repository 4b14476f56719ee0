using System.Text;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>No command: each item is one, and a shell reads it.</summary>
internal sealed class ScriptTemplate : CommandTemplate
{
    /// <inheritdoc/>
    public override string FixedProgram => ShellTemplate.Shell;

    /// <inheritdoc/>
    public override string? Fill(RunItem item, WordBlock words)
    {
        words.Clear();
        words.AddWord("sh"u8);
        words.AddWord("-c"u8);
        string? problem = TryGet(new Placeholder(0, ItemPart.Whole), item, out ReadOnlySpan<byte> script);
        words.AddWord(script);
        return problem;
    }

    /// <inheritdoc/>
    public override string Describe(RunItem item) => Encoding.UTF8.GetString(item.Text);
}
