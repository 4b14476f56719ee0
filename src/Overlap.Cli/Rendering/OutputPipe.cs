using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>Standard output of a run: when nobody reads it any more, the run is asked to end and the rest is dropped.</summary>
internal sealed class OutputPipe(Stream stream, RunControl control)
{
    private bool _closed;

    /// <exception cref="RunException">Standard output is full or broken in another way.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_closed)
        {
            return;
        }

        try
        {
            stream.Write(bytes);
        }
        catch (IOException exception) when (exception.HResult == StandardOutput.BrokenPipe)
        {
            _closed = true;
            control.Drain(StopReason.OutputClosed);
        }
        catch (IOException exception)
        {
            throw new RunException(ExitCode.Environment, $"cannot write to standard output: {exception.Message}", exception);
        }
    }
}
