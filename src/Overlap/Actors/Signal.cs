namespace Overlap.Actors;

/// <summary>What an actor hears about its surroundings, beside its messages and before them.</summary>
public abstract record Signal
{
    private protected Signal()
    {
    }
}
