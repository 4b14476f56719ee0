namespace Overlap.Pipelines;

/// <summary>What counts the items of a stage.</summary>
internal interface IStageGauge
{
    StageFigures Read();
}
