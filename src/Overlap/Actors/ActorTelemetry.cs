using System.Diagnostics;
using System.Diagnostics.Metrics;
using Overlap.Diagnostics;
using Overlap.Timelines;

namespace Overlap.Actors;

/// <summary>What actors report to meters and activity listeners. While nobody listens it is one question for each message told and one for each slice.</summary>
internal static class ActorTelemetry
{
    private const string PathTag = "overlap.actor.path";
    private const string TypeTag = "overlap.actor.message.type";
    private const string OutcomeTag = "overlap.actor.message.outcome";
    private const string ReasonTag = "overlap.actor.dead_letter.reason";
    private const string DirectiveTag = "overlap.actor.failure.directive";

    private static readonly Lock Gate = new();

    // Guarded by Gate. A system that is no longer used must not be kept alive by being measured.
    private static readonly List<WeakReference<ActorSystem>> Systems = [];

    // A program that turned meters off pays nothing for ours.
    private static readonly bool IsSupported =
        !AppContext.TryGetSwitch("System.Diagnostics.Metrics.Meter.IsSupported", out bool isSupported) || isSupported;

    private static readonly ActivitySource Source = OverlapDiagnostics.ActivitySource;

    private static readonly Histogram<double>? MessageDuration = !IsSupported ? null : OverlapDiagnostics.Meter.CreateHistogram<double>(
        "overlap.actor.message.duration", unit: "s", description: "From the start of a handler to its end.");

    private static readonly Counter<long>? DeadLetters = !IsSupported ? null : OverlapDiagnostics.Meter.CreateCounter<long>(
        "overlap.actor.dead_letter.count", unit: "{message}", description: "Messages that nobody handles.");

    private static readonly Counter<long>? Failures = !IsSupported ? null : OverlapDiagnostics.Meter.CreateCounter<long>(
        "overlap.actor.failure.count", unit: "{failure}", description: "Failures of actors, by what their supervisors did.");

    static ActorTelemetry()
    {
        if (!IsSupported)
        {
            return;
        }

        _ = OverlapDiagnostics.Meter.CreateObservableUpDownCounter(
            "overlap.actor.count", static () => Sum(static system => system.GetStatistics().Actors), unit: "{actor}", description: "Actors that have not stopped.");
        _ = OverlapDiagnostics.Meter.CreateObservableUpDownCounter(
            "overlap.actor.mailbox.length", static () => Sum(static system => system.CountQueued()), unit: "{message}", description: "Messages that wait in mailboxes.");
    }

    /// <summary>Whether somebody listens to activities.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>Whether somebody wants to know about each message.</summary>
    public static bool IsOn => MessageDuration?.Enabled == true || HasListeners;

    public static void Register(ActorSystem system)
    {
        if (!IsSupported)
        {
            return;
        }

        Gate.Enter();
        _ = Systems.RemoveAll(static reference => !reference.TryGetTarget(out _));
        Systems.Add(new WeakReference<ActorSystem>(system));
        Gate.Exit();
    }

    /// <summary>Begins the activity of one handler, if its listener wants it.</summary>
    public static Activity? Start(string path, string messageType, ActivityContext parent)
    {
        Activity? activity = Source.CreateActivity($"handle {messageType}", ActivityKind.Consumer, parent);
        return activity?.SetTag(PathTag, path).SetTag(TypeTag, messageType).Start();
    }

    public static void RecordEnd(TimeSpan duration, string messageType, SpanStatus status) => MessageDuration?.Record(
        duration.TotalSeconds,
        new KeyValuePair<string, object?>(TypeTag, messageType),
        new KeyValuePair<string, object?>(OutcomeTag, status == SpanStatus.Succeeded ? "succeeded" : "failed"));

    public static void Count(DeadLetterReason reason) => DeadLetters?.Add(1, new KeyValuePair<string, object?>(ReasonTag, reason switch
    {
        DeadLetterReason.MailboxFull => "mailbox_full",
        DeadLetterReason.ActorStopped => "actor_stopped",
        DeadLetterReason.NotHandled => "not_handled",
        DeadLetterReason.StashFull => "stash_full",
        DeadLetterReason.LateReply => "late_reply",
        DeadLetterReason.NotOrdered => "not_ordered",
        _ => "no_routee",
    }));

    public static void Count(SupervisionDirective directive) => Failures?.Add(1, new KeyValuePair<string, object?>(DirectiveTag, directive switch
    {
        SupervisionDirective.Restart => "restart",
        SupervisionDirective.Resume => "resume",
        SupervisionDirective.Stop => "stop",
        _ => "escalate",
    }));

    private static long Sum(Func<ActorSystem, long> read)
    {
        long sum = 0;
        Gate.Enter();
        WeakReference<ActorSystem>[] systems = [.. Systems];
        Gate.Exit();
        foreach (WeakReference<ActorSystem> reference in systems)
        {
            sum += reference.TryGetTarget(out ActorSystem? system) ? read(system) : 0;
        }

        return sum;
    }
}
