using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Runs a task: reads its arguments, calls its function, and writes what that returns.</summary>
/// <param name="arguments">The arguments of the call.</param>
/// <param name="context">What the function may know of its call.</param>
public delegate ValueTask<WireValue> TaskInvoker(TaskArguments arguments, TaskContext context);
