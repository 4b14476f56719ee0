using System.Collections.Immutable;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>What follows a call: its callbacks, the next step of its chain, or its errbacks.</summary>
/// <remarks>
/// Shape: signatures that travel with the call. The result comes first among the arguments of what follows a success; the id of the call, among those of
/// an errback. A chain within a chain is laid out, a group is sent member by member.
/// Errors: a chord is refused: its id is given a failure, and nothing is left waiting for it without a word.
/// Source: Celery's message protocol 2, and what its workers do.
/// </remarks>
internal sealed class Sequel(TaskClient client)
{
    private const string Members = "tasks";

    /// <summary>Makes the calls that follow a success.</summary>
    /// <param name="message">The call.</param>
    /// <param name="result">What it returned.</param>
    /// <exception cref="MessageFormatException">A signature is none, or the result has no form in which to travel.</exception>
    public SequelCalls OfSuccess(TaskMessage message, WireValue result)
    {
        if (message.Callbacks.IsEmpty && message.Chain.IsEmpty)
        {
            return SequelCalls.None;
        }

        SequelCalls.Builder calls = new();
        foreach (WireMap callback in message.Callbacks)
        {
            Expand(calls, message, Signature.FromWire(callback), result, []);
        }

        if (message.Chain is [.. ImmutableArray<WireMap> rest, WireMap next])
        {
            Expand(calls, message, Signature.FromWire(next), result, rest);
        }

        return calls.Build();
    }

    /// <summary>Makes the calls that follow a failure, and names those that never come.</summary>
    /// <exception cref="MessageFormatException">A signature is none.</exception>
    public SequelCalls OfFailure(TaskMessage message)
    {
        if (message.Errbacks.IsEmpty && message.Chain.IsEmpty)
        {
            return SequelCalls.None;
        }

        SequelCalls.Builder calls = new();
        foreach (WireMap errback in message.Errbacks)
        {
            Expand(calls, message, Signature.FromWire(errback), message.Id, []);
        }

        foreach (WireMap step in message.Chain)
        {
            calls.Skip(Signature.FromWire(step).Options.TaskId);
        }

        return calls.Build();
    }

    // The next step of a chain is its last element, as it travels.
    private void Expand(SequelCalls.Builder calls, TaskMessage message, Signature signature, WireValue result, ImmutableArray<WireMap> rest)
    {
        switch (signature.SubtaskType)
        {
            case "chain":
                ImmutableArray<WireMap> steps = MembersOf(signature);
                if (!steps.IsEmpty)
                {
                    Expand(calls, message, Signature.FromWire(steps[0]), result, [.. rest, .. steps.Skip(1).Reverse()]);
                }

                break;
            case "group" when rest.IsEmpty:
                foreach (WireMap member in MembersOf(signature))
                {
                    Expand(calls, message, Signature.FromWire(member), result, []);
                }

                break;
            case "group" or "chord":
                calls.Refuse(signature.Options.TaskId);
                foreach (WireMap step in rest)
                {
                    calls.Refuse(Signature.FromWire(step).Options.TaskId);
                }

                break;
            default:
                CallOptions options = signature.Options with
                {
                    ParentId = message.Id,
                    RootId = message.RootId ?? message.Id,
                    Chain = rest.IsEmpty ? signature.Options.Chain : rest,
                };
                (Publication publication, string id) = client.Prepare(signature.WithResult(result) with { Options = options });
                calls.Add(publication, id);
                break;
        }
    }

    private static ImmutableArray<WireMap> MembersOf(Signature signature) => signature.Kwargs[Members] is { Kind: WireKind.Array } members
        ? [.. members.AsArray().Where(static member => member.Kind == WireKind.Map).Select(static member => member.AsMap())]
        : [];
}
