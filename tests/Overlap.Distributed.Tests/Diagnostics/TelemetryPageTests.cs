using System.Diagnostics.Metrics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Client;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Redis;
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

    // | 14000 | Information | `Worker {Name} consumes` | what to do |
    [GeneratedRegex(@"^\| (\d{5}) \| ([A-Z][a-z]+) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex EventRow();
}
