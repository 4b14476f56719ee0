namespace Overlap.Pipelines;

/// <summary>The items of a stage at one moment. P1: In = Out + Failed + NotStarted + Discarded + those that are inside.</summary>
/// <param name="In">Came in.</param>
/// <param name="Out">Were handed to the consumer.</param>
/// <param name="Failed">Were begun and gave no result.</param>
/// <param name="NotStarted">Came in and were never begun, because the stage stopped.</param>
/// <param name="Discarded">Were done and not handed on, because the consumer left or an earlier item had failed.</param>
/// <param name="Depth">Are done, or wait to be begun.</param>
/// <param name="Capacity">How many may be inside.</param>
/// <param name="FullFor">For how long the stage has been waiting for its consumer. Unit: ticks of the clock.</param>
internal readonly record struct StageFigures(
    long In, long Out, long Failed, long NotStarted, long Discarded, int Depth, int Capacity, long FullFor);
