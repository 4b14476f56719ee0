using Microsoft.Extensions.Logging;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>Runs functions in this process, in the slot that asks for it.</summary>
internal sealed class LocalInvoker(WireConverter converter, TimeProvider clock) : ICallInvoker
{
    public bool Kills => false;

    public ValueTask<WireValue> InvokeAsync(WorkItem item, TimeSpan? hardLimit, ILogger logger)
    {
        TaskContext context = new(item.Message, converter, clock, logger, item, item.Stopping);
        context.Enter();
        return item.Definition.InvokeAsync(context, converter);
    }
}
