using System.Runtime.CompilerServices;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Client;

/// <summary>Asks workers how they stand, over the broker they consume.</summary>
internal static class WorkerInquiry
{
    /// <summary>Asks the workers whose names fit a pattern, and gives their answers as they come.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="pattern">A worker's name, or a pattern of names: <c>*</c> is any text, <c>?</c> any character.</param>
    /// <param name="patience">How long answers are waited for.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>
    /// Order: as they come. Race: who starts to listen meanwhile may miss the question. Memory: none. Cost: a broadcast, and a queue that is gone when it
    /// is empty.
    /// </remarks>
    /// <exception cref="BrokerException">The broker cannot be reached, or refuses.</exception>
    public static async IAsyncEnumerable<WorkerAnswer> AskAsync(
        IBroker broker, string pattern, TimeSpan patience, TimeProvider clock, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Through the default exchange, by the queue's name: nothing is bound that would have to be unbound.
        string queue = $"{Guid.NewGuid()}.reply.overlap.pidbox";
        ControlRequest request = new()
        {
            Method = ControlCodec.Stats,
            Destination = IsPattern(pattern) ? [] : [pattern],
            Pattern = IsPattern(pattern) ? pattern : null,
            Matcher = IsPattern(pattern) ? "glob" : null,
            Ticket = Guid.NewGuid().ToString(),
            ReplyExchange = "",
            ReplyRoutingKey = queue,
            Expires = clock.GetUtcNow() + patience,
        };
        using CancellationTokenSource limit = new(patience, clock);
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = [queue] }, cancellationToken).ConfigureAwait(false);
        await using ConfiguredAsyncDisposable consumerEnd = consumer.ConfigureAwait(false);
        await broker.BroadcastAsync(ControlCodec.Exchange, "", ControlCodec.Write(request), cancellationToken).ConfigureAwait(false);
        while (await ReceiveAsync(consumer, end.Token, cancellationToken).ConfigureAwait(false) is { } delivery)
        {
            await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, cancellationToken).ConfigureAwait(false);
            if (Read(delivery) is { } answer)
            {
                yield return answer;
            }
        }
    }

    /// <summary>Whether a name is a pattern of several.</summary>
    public static bool IsPattern(string name) => name.AsSpan().ContainsAny('*', '?');

    private static async Task<Delivery?> ReceiveAsync(IBrokerConsumer consumer, CancellationToken limit, CancellationToken cancellationToken)
    {
        try
        {
            return (await consumer.ReceiveAsync(1, limit).ConfigureAwait(false))[0];
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static WorkerAnswer? Read(Delivery delivery)
    {
        try
        {
            if (delivery.Message is not { } message
                || PythonJson.Read(message.Body.Span, ProtocolLimits.Default) is not { Kind: WireKind.Map } body
                || body.AsMap() is not [{ Value.Kind: WireKind.Map } entry])
            {
                return null;
            }

            return entry.Value.AsMap()[ControlCodec.HealthPart] is { Kind: WireKind.Map } health
                ? new WorkerAnswer(entry.Key, health.AsMap()[ControlCodec.IsHealthyPart] == true, health.AsMap()[ControlCodec.DescriptionPart] is { Kind: WireKind.Text } text ? text.AsText() : "")
                : new WorkerAnswer(entry.Key, true, "it answers, and tells no more");
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }
}
