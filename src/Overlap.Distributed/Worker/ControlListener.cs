using System.IO.Enumeration;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>Follows the commands that are broadcast to workers. Who can write to the broker can give them; none of them runs code of its own.</summary>
internal sealed class ControlListener(WorkerOptions options, IBroker broker, ControlCommands commands, ILogger logger)
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>Listens until it is cancelled. It listens from the first step, before this returns to its caller.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (WireMessage message in broker.ListenAsync(ControlCodec.Exchange, "", cancellationToken).ConfigureAwait(false))
                {
                    await FollowAsync(message, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (Exception exception)
            {
                WorkerLog.ControlDelayed(logger, Delay.TotalSeconds, exception);
                await Task.Delay(Delay, options.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task FollowAsync(WireMessage message, CancellationToken cancellationToken)
    {
        ControlRequest request;
        try
        {
            request = ControlCodec.Read(message, options.Limits);
        }
        catch (MessageFormatException exception)
        {
            WorkerLog.CommandRefused(logger, exception.Message);
            return;
        }

        if (!IsMeant(request))
        {
            return;
        }

        commands.Observe(request.Clock);
        WireValue? answer = await commands.FollowAsync(request, cancellationToken).ConfigureAwait(false);
        if (answer is { } value && request.Ticket is not null && request.ReplyExchange is { } exchange)
        {
            try
            {
                Publication reply = new(exchange, request.ReplyRoutingKey ?? "", ControlCodec.WriteReply(request, options.Name, value, commands.Clock));
                await broker.PublishAsync(new[] { reply }, cancellationToken).ConfigureAwait(false);
            }
            catch (BrokerException exception)
            {
                // Who asked has gone.
                WorkerLog.CommandRefused(logger, exception.Message);
            }
        }
    }

    private bool IsMeant(ControlRequest request)
    {
        if (request.Expires < options.TimeProvider.GetUtcNow())
        {
            return false;
        }

        // Patterns of other kinds than this are for others to understand: a regular expression of a stranger's is not run.
        return !request.Destination.IsEmpty ? request.Destination.Contains(options.Name)
            : request.Pattern is not { } pattern
            || (request.Matcher is null or "glob" && FileSystemName.MatchesSimpleExpression(pattern, options.Name, ignoreCase: false));
    }
}
