using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>Lets what follows the await run on the pool, so that who called is not held up by it.</summary>
internal readonly struct Elsewhere : ICriticalNotifyCompletion
{
    public bool IsCompleted => false;

    public Elsewhere GetAwaiter() => this;

    public void GetResult()
    {
        // Nothing comes of it but the change of place.
    }

    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    public void UnsafeOnCompleted(Action continuation) => Continuations.Post(static action => ((Action)action!)(), continuation);
}
