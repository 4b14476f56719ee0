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
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the text names actors that were waited for.</exception>
    internal async Task WhenQuietAsync(CancellationToken cancellationToken)
    {
        List<(ActorCell Cell, long Done)> before = [];
        while (true)
        {
            (ActorCell Cell, QuietLook Look)[] looks = [.. Cells(_root).Select(static cell => (cell, new QuietLook()))];
            foreach ((ActorCell cell, QuietLook look) in looks)
            {
                cell.Send(new SystemMessage(SystemMessageKind.Look, look));
            }

            List<(ActorCell Cell, long Done)> now = [];
            foreach ((ActorCell cell, QuietLook look) in looks)
            {
                try
                {
                    now.Add((cell, await look.Task.WaitAsync(cancellationToken).ConfigureAwait(Interleaver.KeepsContext)));
                }
                catch (OperationCanceledException)
                {
                    throw new OperationCanceledException(Complaint(looks), cancellationToken);
                }
            }

            if (now.SequenceEqual(before))
            {
                return;
            }

            before = now;
        }
    }

    private string Complaint((ActorCell Cell, QuietLook Look)[] looks)
    {
        const int Most = 10;
        string[] busy = [.. looks.Where(static one => !one.Look.Task.IsCompleted).Select(one => one.Cell == _root ? "the top of the tree" : one.Cell.Path)];
        string names = string.Join(", ", busy.Take(Most)) + (busy.Length > Most ? $" and {busy.Length - Most} more" : "");
        return $"These actors do not come to rest: {names}. A handler of them has not ended, or more and more comes in.";
    }

    private static IEnumerable<ActorCell> Cells(ActorCell top) => top.Children().SelectMany(Cells).Prepend(top);
}
