using Overlap.Contracts;
using Overlap.Executors;

namespace Overlap.Tests.Executors;

public sealed class InlineExecutorContract : ExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Inline(setup);
}

public sealed class InlineInProcessExecutorContract : InProcessExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Inline(setup);
}

public sealed class ThreadPoolExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Threads(setup);
}

public sealed class ThreadPoolInProcessExecutorContract : InProcessExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Threads(setup);
}

public sealed class AsyncExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Async(setup);
}

public sealed class AsyncInProcessExecutorContract : InProcessExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Async(setup);
}

/// <summary>An executor of somebody else's, which knows nothing but <c>SubmitAsync</c>, gets the same verbs.</summary>
public sealed class ForeignExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Foreign(setup);
}

public sealed class ForeignInProcessExecutorContract : InProcessExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.Foreign(setup);
}

public sealed class AdaptiveThreadPoolExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.AdaptiveThreads(setup);
}

public sealed class AdaptiveThreadPoolInProcessExecutorContract : InProcessExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.AdaptiveThreads(setup);
}

public sealed class AdaptiveAsyncExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.AdaptiveAsync(setup);
}

public sealed class AdaptiveAsyncInProcessExecutorContract : InProcessExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => ExecutorsUnderTest.AdaptiveAsync(setup);
}
