using System.Collections.Concurrent;
using System.Reflection;
using Xunit.v3;

namespace Overlap.Tests.Synchronization;

/// <summary>Fails a test that leaves something behind: a timer, a thread, an exception that nobody observed.</summary>
/// <remarks>
/// What it counts is the whole process's, so a class with it belongs to <see cref="QuietCollection"/>. Registrations on a token are counted by the
/// tests that own the token; what the collector must be able to take is looked at by <c>LeakTests</c>.
/// The runtime's own threads, whose names begin with ".NET", come and go and are not counted; threads are counted on Linux only.
/// </remarks>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class LeakCheckAttribute : BeforeAfterTestAttribute
{
    // What leaks stays for ever; what tests of other classes left on its way out, and a thread that was joined and is still in the kernel's list, goes.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    private static readonly ConcurrentQueue<Exception> Unobserved = new();

    private long _timers;
    private int _threads;

    static LeakCheckAttribute() => TaskScheduler.UnobservedTaskException += static (_, failure) =>
    {
        // A wait that a test leaves behind fails so when the test disposes its primitive: the task is the test's own, and its end is promised.
        if (!failure.Exception.InnerExceptions.All(static inner => inner is ObjectDisposedException))
        {
            Unobserved.Enqueue(failure.Exception);
        }
    };

    public override void Before(MethodInfo methodUnderTest, IXunitTest test)
    {
        // What earlier tests left is theirs.
        Collect();
        Unobserved.Clear();
        _timers = Timer.ActiveCount;
        _threads = Threads();
    }

    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        Collect();
        Assert.Empty(Unobserved);
        Assert.True(SpinWait.SpinUntil(() => Timer.ActiveCount <= _timers, Grace), $"Timers before the test: {_timers}, after it: {Timer.ActiveCount}.");
        Assert.True(SpinWait.SpinUntil(() => Threads() <= _threads, Grace), $"Threads before the test: {_threads}, after it: {Threads()}.");
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static int Threads()
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        int count = 0;
        foreach (string thread in Directory.EnumerateDirectories("/proc/self/task"))
        {
            try
            {
                count += File.ReadAllText($"{thread}/comm").StartsWith(".NET", StringComparison.Ordinal) ? 0 : 1;
            }
            catch (IOException)
            {
                // It ended in between.
            }
        }

        return count;
    }
}
