using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>Prints whole lines of what an item writes, as they come.</summary>
internal sealed class LiveOutput(OutputPrinter printer, byte[] tag) : IChildOutput
{
    private readonly LineMarker _output = new(tag);
    private readonly LineMarker _error = new(tag);

    public void Add(bool isError, ReadOnlySpan<byte> bytes) => printer.PrintLive(isError, (isError ? _error : _output).Add(bytes));

    public void End()
    {
        printer.PrintLive(isError: false, _output.End());
        printer.PrintLive(isError: true, _error.End());
    }
}
