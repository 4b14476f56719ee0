namespace Overlap.Timelines.Drawing;

/// <summary>A line of a journal of commands.</summary>
/// <param name="Line">The number of the line, from 1.</param>
/// <param name="Sequence">The number of the command.</param>
/// <param name="Host">Where it ran.</param>
/// <param name="Started">Seconds since 1970.</param>
/// <param name="Seconds">How long it ran.</param>
/// <param name="Failed">Whether its exit code or its signal was another than 0.</param>
/// <param name="Label">The command.</param>
internal sealed record JobLogEntry(long Line, long Sequence, string Host, decimal Started, decimal Seconds, bool Failed, string Label);
