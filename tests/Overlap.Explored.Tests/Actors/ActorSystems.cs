namespace Overlap.Explored.Tests.Actors;

/// <summary>
/// All systems of a process are known to its meter, under one gate. Two explorations at once would meet there, and each would see steps of the other:
/// so tests with systems run one after the other.
/// </summary>
internal static class ActorSystems
{
    public const string Together = "Actor systems";
}
