using System.ComponentModel;
using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>What intercepted calls of a <see cref="SpinWait"/> come to: in thread mode a spin lets the other threads come first.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SpinWaitCalls
{
    /// <inheritdoc cref="SpinWait.SpinOnce()"/>
    public static void SpinOnce(ref SpinWait spin)
    {
        if (ThreadLane.Step(givesWay: true) is null)
        {
            spin.SpinOnce();
        }
    }

    /// <inheritdoc cref="SpinWait.SpinOnce(int)"/>
    public static void SpinOnce(ref SpinWait spin, int sleep1Threshold)
    {
        if (ThreadLane.Step(givesWay: true) is null)
        {
            spin.SpinOnce(sleep1Threshold);
        }
    }
}
