using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace VideoQueue;

/// <summary>The tasks: static methods under a name. Nothing here knows of queues, brokers or workers.</summary>
public static class VideoTasks
{
    // Retried at once, so that the sample shows it within a second.
    internal static readonly TaskOptions Flaky = new() { MaxRetries = 10, RetryDelay = TimeSpan.FromMilliseconds(100), RetriedExceptions = [typeof(IOException)] };

    // How long the work takes; a real one would start an encoder here.
    private static TimeSpan ProcessingTime => TimeSpan.FromSeconds(double.Parse(
        Environment.GetEnvironmentVariable("VIDEO_SECONDS") ?? "10", System.Globalization.CultureInfo.InvariantCulture));

    // snippet
    [TaskName("tasks.process_video")]
    public static async Task<VideoResult> ProcessVideoAsync(string path, TaskContext context, CancellationToken cancellationToken)
    {
        await Task.Delay(ProcessingTime, context.TimeProvider, cancellationToken);
        return new VideoResult(path, $"processed_{path}", "success");
    }
    // end snippet

    [TaskName("tasks.add")]
    public static long Add(long a, long b) => a + b;

    [TaskName("tasks.fail")]
    public static void Fail(string message = "failed on purpose") => throw new InvalidOperationException(message);

    [TaskName("tasks.sleep")]
    public static Task SleepAsync(double seconds, CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(seconds), cancellationToken);

    /// <summary>Fails so many times, then succeeds, and says at which try.</summary>
    [TaskName("tasks.flaky", Options = nameof(Flaky))]
    public static int FailAtFirst(int n, TaskContext context) =>
        context.Retries < n ? throw new IOException($"try {context.Attempt} of {n + 1} failed") : context.Attempt;

    [TaskName("tasks.echo")]
    public static WireValue Echo(WireValue value) => value;
}
