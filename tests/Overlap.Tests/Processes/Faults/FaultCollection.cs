namespace Overlap.Tests.Processes.Faults;

/// <summary>Tests that count the program's descriptors, threads and children, or change its environment: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(FaultCollection), DisableParallelization = true)]
public sealed class FaultCollection;
