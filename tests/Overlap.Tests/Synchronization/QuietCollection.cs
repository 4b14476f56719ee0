namespace Overlap.Tests.Synchronization;

/// <summary>Tests that count what the whole process has, threads, timers, unobserved exceptions, that listen to all of it, or that need both cores: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(QuietCollection), DisableParallelization = true)]
public sealed class QuietCollection;
