using System.Diagnostics;
using System.Diagnostics.Metrics;
using Overlap.Actors;
using Overlap.Diagnostics;
using Overlap.Testing;
using Overlap.Testing.Actors;
using Overlap.Tests.Synchronization;
using Overlap.Timelines;

namespace Overlap.Tests.Actors;

/// <remarks>A listener hears the whole process: an actor of another test then goes another way with its messages, and allocates.</remarks>
[Collection(nameof(QuietCollection))]
public sealed class TelemetryTests
{
    [Fact]
    public async Task Tell_ListenedTo_HandlerRunsInActivityUnderTheTellers()
    {
        using ActivityListener listener = Listen();
        using Activity teller = new Activity("teller").Start();
        await using ActorSystem system = new();
        ActorProbe<(string? Name, ActivitySpanId Parent, ActivityTraceId Trace)> probe = new(system);
        ActorRef<int> last = system.Spawn(() => new Scripted<int>((_, _) =>
        {
            Activity? current = Activity.Current;
            probe.Ref.Tell((current?.OperationName, current?.ParentSpanId ?? default, current?.TraceId ?? default));
            return default;
        }));
        ActorRef<int> first = system.Spawn(() => new Scripted<int>(async (_, n) =>
        {
            await Task.Yield();
            ActivitySpanId own = Activity.Current!.SpanId;
            probe.Ref.Tell((Activity.Current.OperationName, Activity.Current.ParentSpanId, Activity.Current.TraceId));
            last.Tell(n);
            probe.Ref.Tell(("own", own, default));
        }));
        first.Tell(1);
        await probe.ExpectAsync(("handle Int32", teller.SpanId, teller.TraceId));
        (string? Name, ActivitySpanId Parent, ActivityTraceId Trace)[] rest = [await probe.ExpectAsync(), await probe.ExpectAsync()];
        ActivitySpanId own = rest.Single(static one => one.Name == "own").Parent;
        Assert.Contains(("handle Int32", own, teller.TraceId), rest);
    }

    [Fact]
    public async Task Handler_WaitsAndIsListenedTo_LeavesTheActivityOfWhoEndsTheWait()
    {
        using ActivityListener listener = Listen();
        await using ActorSystem system = new();
        HeldTurn turn = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>((_, _) => turn.Handler));
        actor.Tell(1);
        await turn.IsAwaited;
        using Activity own = new Activity("own").Start();
        turn.End();
        Assert.Same(own, Activity.Current);
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(1, actor.GetStatistics().Handled);
    }

    [Fact]
    public async Task Tell_DropsOldestAndListenedTo_EachHasItsOwnTeller()
    {
        using ActivityListener listener = Listen();
        await using ActorSystem system = new();
        HeldTurn turn = new();
        ActorProbe<(int Message, ActivitySpanId Parent)> probe = new(system);
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>((_, n) =>
            {
                if (n == 0)
                {
                    return turn.Handler;
                }

                probe.Ref.Tell((n, Activity.Current!.ParentSpanId));
                return default;
            }),
            new ActorOptions { Mailbox = MailboxOptions.Bounded(2, MailboxOverflow.DropOldest) });
        actor.Tell(0);
        await turn.IsAwaited;
        List<ActivitySpanId> tellers = [];
        for (int i = 0; i < 5; i++)
        {
            using Activity teller = new Activity("teller").Start();
            tellers.Add(teller.SpanId);
            actor.Tell(i + 1);
        }

        turn.End();
        await probe.ExpectAsync((4, tellers[3]));
        await probe.ExpectAsync((5, tellers[4]));
    }

    [Fact]
    public async Task Handler_Measured_RecordsDurationAndOutcome()
    {
        List<(double Duration, string? Outcome)> records = [];
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == OverlapDiagnostics.MeterName && instrument.Name == "overlap.actor.message.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            Dictionary<string, object?> named = new(tags.ToArray());
            if (named["overlap.actor.message.type"] is nameof(Measured))
            {
                records.Add((value, named["overlap.actor.message.outcome"]?.ToString()));
            }
        });
        listener.Start();
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        ActorRef<Measured> actor = system.Spawn(() => new Scripted<Measured>((_, message) =>
        {
            clock.Advance(TimeSpan.FromSeconds(2));
            return message.Fails ? throw new InvalidOperationException("planned") : default;
        }));
        actor.Tell(new Measured(false));
        actor.Tell(new Measured(true));
        await system.WaitForQuietAsync();
        Assert.Equal([(2, "succeeded"), (2, "failed")], records);
    }

    [Fact]
    public async Task DeadLetter_Measured_IsCountedByReason()
    {
        int found = 0;
        using MeterListener listener = new()
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == OverlapDiagnostics.MeterName && instrument.Name == "overlap.actor.dead_letter.count")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) => found += tags[0].Value is "stash_full" ? 1 : 0);
        listener.Start();
        await using ActorSystem system = new();
        system.Spawn(() => new Scripted<int>(static (context, n) =>
        {
            context.Stash(n, most: 0);
            return default;
        })).Tell(1);
        await system.WaitForQuietAsync();
        Assert.True(found >= 1);
    }

    [Fact]
    public async Task Timeline_Given_HasALaneForEachActor()
    {
        VirtualTimeProvider clock = new();
        using TimelineRecorder recorder = new(clock);
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock, Timeline = recorder });
        HeldTurn turn = new();
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>((_, n) => n == 0 ? turn.Handler : throw new InvalidOperationException("planned")), new ActorOptions { Name = "slow" });
        actor.Tell(0);
        await turn.IsAwaited;
        actor.Tell(1);
        clock.Advance(TimeSpan.FromSeconds(3));
        turn.End();
        await system.WaitForQuietAsync();
        Lane lane = Assert.Single(recorder.ToTimeline("test", "actors", 1).Lanes);
        Assert.Equal("/slow", lane.Name);
        Assert.Equal([SpanStatus.Succeeded, SpanStatus.Failed], lane.Spans.Select(static span => span.Status));
        Assert.Equal([TimeSpan.FromSeconds(3), TimeSpan.Zero], lane.Spans.Select(static span => span.Finished - span.Started));
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero], lane.Spans.Select(static span => span.Queued));
        Assert.Equal("Int32", lane.Spans[0].Label);
    }

    private static ActivityListener Listen()
    {
        ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == OverlapDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    private readonly record struct Measured(bool Fails);
}
