using System.Diagnostics.Metrics;
using Overlap.Diagnostics;
using Overlap.Executors;

namespace Overlap.Tests.Executors;

/// <summary>Reads a meter that all executors of the process report to: nothing else may run meanwhile.</summary>
[Collection(nameof(MapMemoryTests))]
public sealed class ExecutorMetricsTests
{
    [Fact]
    public async Task Meter_CallsEndAndOneRuns_TellsDurationsAndCounts()
    {
        List<(string Instrument, string? Model, string? Outcome, double Value)> measured = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == OverlapDiagnostics.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument, value, tags));
        listener.Start();

        await using AsyncExecutor executor = new(1);
        await executor.SubmitAsync(static () => 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => executor.SubmitAsync(static () => throw new InvalidOperationException()));
        TaskCompletionSource release = new();
        Task running = executor.SubmitAsync(() => release.Task);
        Task queued = executor.SubmitAsync(static () => 1);
        listener.RecordObservableInstruments();
        release.SetResult();
        await Task.WhenAll(running, queued);

        Assert.Contains(measured, static m => m is ("overlap.executor.call.duration", "async", "succeeded", >= 0));
        Assert.Contains(measured, static m => m is ("overlap.executor.call.duration", "async", "failed", >= 0));
        Assert.Contains(measured, static m => m is ("overlap.executor.call.running", "async", null, 1));
        Assert.Contains(measured, static m => m is ("overlap.executor.queue.length", "async", null, 1));

        void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string? model = null;
            string? outcome = null;
            foreach ((string key, object? tag) in tags)
            {
                model = key == "overlap.executor.model" ? (string?)tag : model;
                outcome = key == "overlap.executor.call.outcome" ? (string?)tag : outcome;
            }

            lock (measured)
            {
                measured.Add((instrument.Name, model, outcome, value));
            }
        }
    }
}
