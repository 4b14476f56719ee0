namespace Overlap.Cli.Pipes;

/// <summary>The pipeline that is shown.</summary>
/// <param name="Count">The numbers that are generated.</param>
/// <param name="Produce">How long it takes to generate one.</param>
/// <param name="Work">How long it takes to square one.</param>
/// <param name="Capacity">The most items in a stage: those in work and those that wait for the next stage.</param>
internal sealed record PipeSettings(int Count, TimeSpan Produce, TimeSpan Work, int Capacity);
