namespace Overlap.Pipelines;

/// <summary>Marks a call whose item is passed over; never reaches a user.</summary>
internal sealed class ItemSkippedException : Exception;
