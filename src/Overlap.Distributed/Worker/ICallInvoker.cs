using Microsoft.Extensions.Logging;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>Where a call's function is run: here, or in a process of its own.</summary>
internal interface ICallInvoker
{
    /// <summary>Whether it ends a call by force when its hard limit passes.</summary>
    bool Kills { get; }

    /// <summary>Runs the function of a call.</summary>
    /// <param name="item">The call.</param>
    /// <param name="hardLimit">How long it may take; <see langword="null"/>: as long as it will.</param>
    /// <param name="logger">Where the function logs.</param>
    ValueTask<WireValue> InvokeAsync(WorkItem item, TimeSpan? hardLimit, ILogger logger);
}
