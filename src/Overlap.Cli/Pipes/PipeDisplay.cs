using Overlap.Cli.Rendering;
using Overlap.Pipelines;

namespace Overlap.Cli.Pipes;

/// <summary>Draws a run while it runs, in place, at most ten times a second.</summary>
internal sealed class PipeDisplay : IDisposable
{
    private static readonly TimeSpan RedrawEvery = TimeSpan.FromMilliseconds(100);

    private readonly PipeRun _run;
    private readonly Terminal _terminal;
    private readonly Ink _ink;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private bool _isOver;   // Guarded by _gate: no drawing after the picture is cleared.

    public PipeDisplay(PipeRun run, Terminal terminal, Ink ink)
    {
        _run = run;
        _terminal = terminal;
        _ink = ink;
        _timer = terminal.TimeProvider.CreateTimer(static self => ((PipeDisplay)self!).Draw(), this, RedrawEvery, RedrawEvery);
    }

    public void Dispose()
    {
        _timer.Dispose();
        lock (_gate)
        {
            _isOver = true;
            _terminal.Messages.SetStatus("");
        }
    }

    private void Draw()
    {
        lock (_gate)
        {
            if (!_isOver)
            {
                _terminal.Messages.SetStatus(string.Join('\n', Lines()));
            }
        }
    }

    private IEnumerable<string> Lines()
    {
        PipelineSnapshot stages = _run.Snapshot();
        int printed = _run.Printed;
        string last = printed == 0 ? "" : $", the last was {(long)(printed - 1) * (printed - 1)}";
        yield return $"{_ink.Bold(PipeText.TitleOf(_run.Workers))}: {printed:N0} of {_run.Count:N0} printed{last}";

        // A line that the terminal breaks would be cleared in part only.
        if (_terminal.Width >= PipePicture.BoxesWidth)
        {
            foreach (string line in PipePicture.Draw(stages, [.. stages.Stages.Select(static stage => (double)stage.QueueDepth)], _ink, _terminal.Width))
            {
                yield return line;
            }

            yield return _ink.Dim($"  {PipePicture.Legend}");
        }
    }
}
