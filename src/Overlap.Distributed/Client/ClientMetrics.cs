using System.Diagnostics.Metrics;
using Overlap.Distributed.Diagnostics;

namespace Overlap.Distributed.Client;

/// <summary>What clients report to a meter. Costs next to nothing while nobody listens.</summary>
internal static class ClientMetrics
{
    private static readonly Counter<long> Sent = DistributedDiagnostics.Meter.CreateCounter<long>(
        "overlap.client.call.sent", unit: "{call}", description: "Calls of which it is known what became of their sending.");

    public static void CountSent(int count, SendOutcome outcome)
    {
        if (Sent.Enabled)
        {
            Sent.Add(count, new KeyValuePair<string, object?>("overlap.send.outcome", NameOf(outcome)));
        }
    }

    private static string NameOf(SendOutcome outcome) => outcome switch
    {
        SendOutcome.Confirmed => "confirmed",
        SendOutcome.Resent => "resent",
        SendOutcome.Refused => "refused",
        _ => "unknown",
    };
}
