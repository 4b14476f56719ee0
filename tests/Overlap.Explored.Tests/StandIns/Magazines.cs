namespace Overlap.Waiting;

/// <summary>In place of the library's own: nothing is kept from one schedule to the next that would be a step in some and not in others.</summary>
internal sealed class Magazines<T>
    where T : IntrusiveQueue<T>.Node
{
    public const int Size = 32;

    public void Give(T magazine) => magazine.Next = null;

    public T? Take() => null;
}
