using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.InteropTests.Stage;

/// <summary>The .NET end: the same tasks as those of the Python app.</summary>
internal static class NetTasks
{
    private static readonly TaskOptions Flaky = new() { MaxRetries = 9 };

    public static TaskRegistry Registry() => new TaskRegistry()
        .Add("tasks.process_video", static (string path) => new VideoResult(path, "processed_" + path, "success"))
        .Add("tasks.add", static (long a, long b) => a + b)
        .Add("tasks.fail", static int (string message = "failed on purpose") => throw new InvalidOperationException(message))
        .Add(
            "tasks.sleep",
            static async (double seconds, TaskContext context, CancellationToken cancellationToken) =>
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), context.TimeProvider, cancellationToken);
                return seconds;
            },
            new TaskOptions { TracksStart = true })
        .Add(
            "tasks.flaky",
            static (int n, TaskContext context) => context.Retries < n ? throw context.Retry(TimeSpan.FromSeconds(0.2), new TimeoutException($"try {context.Retries}")) : context.Retries,
            Flaky)
        .Add("tasks.echo", static (WireValue value) => value)
        .Add("tasks.kind", static (WireValue value) => value.Kind.ToString())
        .Add("tasks.tomorrow", static (DateTimeOffset today) => today.AddDays(1))
        .Add("tasks.double", static (decimal price) => price * 2)
        .Add("tasks.now", static (TaskContext context) => (context.TimeProvider.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds)
        .Add("tasks.who", static () => "net")
        .Add("tasks.whoami", static (TaskContext context) => new Identity(context))
        .Add("tasks.progress", static async (TaskContext context) =>
        {
            await context.ReportProgressAsync(new Dictionary<string, int> { ["percent"] = 50 });
            return 100;
        });

    internal sealed record VideoResult(string Input, string Output, string Status);

    /// <summary>What a call knows of itself.</summary>
    internal sealed record Identity(
        string Id, string? RootId, string? ParentId, string? Shadow, string? Origin, WireMap Headers, int Priority, double? SoftLimit, double? HardLimit)
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
                context.Message.SoftLimit?.TotalSeconds,
                context.Message.HardLimit?.TotalSeconds)
        {
        }
    }
}
