using Overlap.Futures;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Futures;

/// <summary>Groups of tasks in every order of their children's steps.</summary>
internal static class ExploredTaskGroup
{
    [Explored(Schedules = 3_000)]
    public static async Task Join_AllSucceed_WaitsForEach(TaskExplorer x)
    {
        int ended = 0;
        await TaskGroup.RunAsync(group =>
        {
            for (int i = 0; i < 3; i++)
            {
                group.Run(async _ =>
                {
                    await x.Point();
                    ended++;
                });
            }

            return Task.CompletedTask;
        });
        x.Assert(ended == 3);
    }

    [Explored(Schedules = 3_000)]
    public static async Task Failure_WhileSiblingsRun_CancelsThemAndComesOut(TaskExplorer x)
    {
        int running = 0;
        Exception? seen = null;
        try
        {
            await TaskGroup.RunAsync(group =>
            {
                group.Run(async _ =>
                {
                    await x.Point();
                    throw new InvalidOperationException("planned");
                });
                group.Run(async token =>
                {
                    running++;
                    try
                    {
                        await Task.Delay(Timeout.InfiniteTimeSpan, x.TimeProvider, token);
                    }
                    finally
                    {
                        running--;
                    }
                });
                return Task.CompletedTask;
            });
        }
        catch (Exception exception)
        {
            seen = exception;
        }

        x.Assert(seen is AggregateException { InnerExceptions: [InvalidOperationException] });
        x.Assert(running == 0, "a child outlived its group");
    }

    [Explored(Schedules = 3_000)]
    public static async Task Limit_ManyChildren_IsNeverExceeded(TaskExplorer x)
    {
        int running = 0;
        await TaskGroup.RunAsync(
            group =>
            {
                for (int i = 0; i < 4; i++)
                {
                    group.Run(async _ =>
                    {
                        x.Assert(++running <= 2, "more children run than the limit allows");
                        await x.Point();
                        running--;
                    });
                }

                return Task.CompletedTask;
            },
            new TaskGroupOptions { Limit = 2 });
        x.Assert(running == 0);
    }
}
