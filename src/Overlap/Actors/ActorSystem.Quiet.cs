using Overlap.Waiting;

namespace Overlap.Actors;

/// <content>Finds out when nothing is left to do. For tests.</content>
public sealed partial class ActorSystem
{
    /// <summary>Waits until no actor handles a message and none waits in a mailbox.</summary>
    /// <remarks>
    /// Each actor answers once it has nothing to do, with how much it has done. If a second round finds the same actors, and that none has done
    /// anything since the first, then all were idle at the moment between the rounds, and no message was under way.
    /// What comes from outside (timers, other tasks) is none of it.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the text names the actor that was waited for.</exception>
    internal async Task WhenQuietAsync(CancellationToken cancellationToken)
    {
        List<(ActorCell Cell, long Done)> before = [];
        while (true)
        {
            List<(ActorCell Cell, long Done)> now = [];
            foreach (ActorCell cell in Cells(_root))
            {
                QuietLook look = new();
                cell.Send(new SystemMessage(SystemMessageKind.Look, look));
                try
                {
                    now.Add((cell, await look.Task.WaitAsync(cancellationToken).ConfigureAwait(Interleaver.KeepsContext)));
                }
                catch (OperationCanceledException)
                {
                    string who = cell == _root ? "The top of the tree" : cell.Path;
                    throw new OperationCanceledException($"{who} does not come to rest: a handler of it has not ended, or more and more comes in.", cancellationToken);
                }
            }

            if (now.SequenceEqual(before))
            {
                return;
            }

            before = now;
        }
    }

    private static IEnumerable<ActorCell> Cells(ActorCell top) => top.Children().SelectMany(Cells).Prepend(top);
}
