using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Generators;

/// <summary>Tasks in all forms that the generator knows.</summary>
public static class VideoTasks
{
    internal static readonly TaskOptions Patient = new() { MaxRetries = 9 };

    // snippet
    [TaskName("video.process")]
    public static async Task<VideoResult> ProcessVideoAsync(string path, TaskContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Task.Yield();
        return new VideoResult(path, "processed_" + path, context.TaskName);
    }
    // end snippet

    [TaskName("video.add")]
    public static int Add(int a, int b = 40) => a + b;

    [TaskName("video.describe")]
    public static string Describe(string? text = null, bool isLoud = true, double factor = 1.5, DayOfWeek day = DayOfWeek.Friday, int? count = null) =>
        $"{text ?? "nothing"} {isLoud} {factor} {day} {count?.ToString() ?? "none"}";

    [TaskName("video.nothing", Options = nameof(Patient))]
    public static void Nothing()
    {
    }

    [TaskName("video.wait")]
    public static ValueTask WaitAsync() => default;

    [TaskName("video.sum")]
    public static ValueTask<long> SumAsync(IReadOnlyList<int> values) => new(values.Sum(static value => (long)value));
}
