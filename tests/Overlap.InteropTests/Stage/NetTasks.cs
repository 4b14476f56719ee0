using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using VideoQueue;

namespace Overlap.InteropTests.Stage;

/// <summary>The .NET end: the tasks of the sample, and beside them some that tell what they see.</summary>
internal static class NetTasks
{
    private static readonly TaskOptions Stumbling = new() { MaxRetries = 9, RetryDelay = TimeSpan.FromSeconds(0.1) };

    // The sample's tasks take no time here.
    static NetTasks() => Environment.SetEnvironmentVariable("VIDEO_SECONDS", "0");

    public static TaskRegistry Registry() => TaskRegistry.FromAssembly(typeof(VideoTasks).Assembly)
        .Add(
            "tasks.hold",
            static (double seconds, TaskContext context, CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(seconds), context.TimeProvider, cancellationToken),
            new TaskOptions { TracksStart = true })
        .Add(
            "tasks.stumble",
            static (int n, TaskContext context) => context.Retries < n ? throw context.Retry(cause: new TimeoutException($"try {context.Retries}")) : context.Retries,
            Stumbling)
        .Add("tasks.refuse", static int (TaskContext context) => throw context.Reject("not mine"))
        .Add("tasks.kind", static (WireValue value) => value.Kind.ToString())
        .Add("tasks.tomorrow", static (DateTimeOffset today) => today.AddDays(1))
        .Add("tasks.double", static (decimal price) => price * 2)
        .Add("tasks.now", static (TaskContext context) => (context.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds)
        .Add("tasks.whoami", static (TaskContext context) => new Identity(context))
        .Add("tasks.progress", static async (TaskContext context) =>
        {
            await context.ReportProgressAsync(new Dictionary<string, int> { ["percent"] = 50 });
            return 100;
        });

    /// <summary>What a call knows of itself.</summary>
    internal sealed record Identity(
        string Id, string? RootId, string? ParentId, string? Shadow, string? Origin, WireMap Headers, int Priority, string RoutingKey, double? SoftLimit, double? HardLimit)
    {
        public Identity(TaskContext context)
            : this(
                context.Id,
                context.Message.RootId,
                context.Message.ParentId,
                context.Message.Shadow,
                context.Message.Origin,
                context.Headers,
                context.Message.Properties.Priority,
                context.Message.Properties.RoutingKey,
                context.Message.SoftLimit?.TotalSeconds,
                context.Message.HardLimit?.TotalSeconds)
        {
        }
    }
}
