using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Client;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Worker;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Diagnostics;

/// <summary>The tables of <c>docs/queue/telemetry.md</c> name what is there, all of it and nothing else.</summary>
public sealed partial class TelemetryPageTests
{
    [Fact]
    public void Instruments_OfTheMeter_AreThoseOfThePage()
    {
        List<string> published = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == DistributedDiagnostics.MeterName)
                {
                    published.Add($"{instrument.Name} {instrument.Unit}");
                }
            },
        };
        RuntimeHelpers.RunClassConstructor(typeof(WorkerMetrics).TypeHandle);
        RuntimeHelpers.RunClassConstructor(typeof(ClientMetrics).TypeHandle);
        listener.Start();

        IEnumerable<string> told = InstrumentRow().Matches(ReadPage()).Select(static row => $"{row.Groups[1].Value} {row.Groups[2].Value}");
        Assert.Equal(published.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Activities_OfACall_AreThoseOfThePage()
    {
        ConcurrentQueue<Activity> ended = new();
        using ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == DistributedDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = ended.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.traced", static () => 1);
        await bench.StartAsync();
        using Activity mine = new Activity("mine").Start();
        await bench.RunAsync(new Signature("tasks.traced"));
        await bench.StopAsync();

        IEnumerable<string> made = ended.Where(activity => activity.TraceId == mine.TraceId)
            .Select(static activity => $"{activity.DisplayName.Replace("celery", "<queue>", StringComparison.Ordinal)} {activity.Kind}: {string.Join(' ', activity.Tags.Select(static tag => tag.Key).Order())}");
        IEnumerable<string> told = ActivityRow().Matches(ReadPage())
            .Select(static row => $"{row.Groups[1].Value} {row.Groups[2].Value}: {string.Join(' ', TagName().Matches(row.Groups[3].Value).Select(static tag => tag.Groups[1].Value).Order())}");
        Assert.Equal(made.Order(StringComparer.OrdinalIgnoreCase), told.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Events_OfTheLogs_AreThoseOfThePage()
    {
        IEnumerable<string> logged = new[] { typeof(WorkerLog), typeof(RedisLog) }
            .SelectMany(static log => log.GetMethods(BindingFlags.Static | BindingFlags.Public))
            .Select(static method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .OfType<LoggerMessageAttribute>()
            .Select(static logged => $"{logged.EventId} {logged.Level} {logged.Message}");

        IEnumerable<string> told = EventRow().Matches(ReadPage()).Select(static row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value}");
        Assert.Equal(logged.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    private static string ReadPage()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Overlap.slnx")))
        {
            folder = folder.Parent;
        }

        return File.ReadAllText(Path.Combine(folder?.FullName ?? throw new InvalidOperationException("The checkout was not found."), "docs", "queue", "telemetry.md"));
    }

    // | `overlap.task.duration` | what it is | `s` | tags |
    [GeneratedRegex(@"^\| `(overlap\.[a-z_.]+)` \|[^|]*\| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex InstrumentRow();

    // | `send <queue>` | producer | its parent | `a.tag`, `another.tag` |
    [GeneratedRegex(@"^\| `([a-z]+ <queue>)` \| ([a-z]+) \|[^|]*\| (.+) \|$", RegexOptions.Multiline)]
    private static partial Regex ActivityRow();

    [GeneratedRegex(@"`([a-z_]+\.[a-z_.]+)`")]
    private static partial Regex TagName();

    // | 14000 | Information | `Worker {Name} consumes` | what to do |
    [GeneratedRegex(@"^\| (\d{5}) \| ([A-Z][a-z]+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();
}
