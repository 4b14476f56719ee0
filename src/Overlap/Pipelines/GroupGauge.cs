namespace Overlap.Pipelines;

/// <summary>Counts for a stage whose consumer's side holds items back to make groups of them.</summary>
/// <remarks>What was taken from the queue and is in no group yet has not been handed on: it is inside, and discarded once the stage has stopped.</remarks>
internal sealed class GroupGauge(IStageGauge queue) : IStageGauge
{
    private int _held;
    private volatile bool _isOver;

    /// <summary>How many are held; written by the consumer.</summary>
    public int Held { set => Volatile.Write(ref _held, value); }

    /// <summary>Counts what is held as discarded from now on.</summary>
    public void Stop() => _isOver = true;

    public StageFigures Read()
    {
        // Held first: an item that is taken in between is counted as handed on a little early, and none as both.
        int held = Volatile.Read(ref _held);
        StageFigures figures = queue.Read();
        held = (int)Math.Min(held, figures.Out);
        return _isOver
            ? figures with { Out = figures.Out - held, Discarded = figures.Discarded + held }
            : figures with { Out = figures.Out - held, Depth = figures.Depth + held };
    }
}
