using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>The waits of the primitives.</summary>
internal static class SynchronizationScenarios
{
    public static Dictionary<string, Func<WaitScenario>> All { get; } = new()
    {
        ["AsyncLock.EnterAsync(CancellationToken)"] = static () =>
        {
            AsyncLock gate = new();
            gate.TryEnter(out Lease other);
            Lease mine = default;
            return new WaitScenario(async token => mine = await gate.EnterAsync(token), other.Dispose, () => $"{gate.GetStatistics()}", () => mine.Dispose());
        },
    };
}
