namespace Overlap.Actors;

/// <content>Says when it has nothing to do. For tests: nothing of it is on the way of a message.</content>
internal abstract partial class ActorCell
{
    // Owned by whoever runs the actor.
    private List<QuietLook>? _looks;
    private long _systemHandled;

    /// <summary>Whether somebody wants to know when there is nothing left.</summary>
    protected bool IsLookedAt => _looks is not null;

    /// <summary>The messages it has handled. For whoever runs the actor.</summary>
    protected abstract long Handled { get; }

    protected void AnswerLooks()
    {
        List<QuietLook>? looks = _looks;
        _looks = null;
        foreach (QuietLook look in looks ?? [])
        {
            look.SetResult(Handled + _systemHandled);
        }
    }

    private void Take(QuietLook look)
    {
        (_looks ??= []).Add(look);
        if (_isEnding)
        {
            AnswerLooks();
        }
    }
}
