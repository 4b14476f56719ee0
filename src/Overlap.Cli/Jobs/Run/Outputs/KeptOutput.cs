using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>What one attempt at an item wrote, kept until it is the item's turn.</summary>
internal sealed class KeptOutput(OutputBudget budget) : IChildOutput, IDisposable
{
    public KeptStream Output { get; } = new(budget);

    public KeptStream Error { get; } = new(budget);

    public void Add(bool isError, ReadOnlySpan<byte> bytes) => (isError ? Error : Output).Add(bytes);

    public void End()
    {
    }

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
    }
}
