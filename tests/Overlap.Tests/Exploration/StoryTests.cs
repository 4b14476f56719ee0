using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Exploration;

public sealed class StoryTests
{
    [Fact]
    public void ToString_LostUpdate_IsDrawnInLanes()
    {
        ExplorationResult result = Explore.Run(SmallPrograms.UnsafeAccount, new ExplorationOptions { Name = "bank account" });
        string[] lines = result.ToString().Split('\n');
        Assert.StartsWith("bank account: lost update (found in schedule ", lines[0], StringComparison.Ordinal);
        Assert.InRange(lines.Length, 8, 16);
        Assert.Matches("^ +main +alice +bob$", lines[3]);
        Assert.Matches("^ +1 +reads balance = 100 +SmallPrograms.cs:[0-9]+$", lines[4]);
        Assert.StartsWith("  seed a1-", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(5, 12)]
    [InlineData(9, 30)]
    [InlineData(30, 60)]
    public void ToString_ManyLanesAndLongNames_FitsTheWidth(int lanes, int length)
    {
        ExplorationResult result = Explore.Run(x =>
        {
            for (int i = 0; i < lanes; i++)
            {
                string name = $"lane {i} ".PadRight(length, 'x');
                x.Spawn(name, async () =>
                {
                    x.Note("says something that is longer than a narrow column");
                    await x.Point();
                });
            }

            x.AtEnd(static () => throw new InvalidOperationException("a message that goes on " + new string('w', 200)));
            return Task.CompletedTask;
        });
        Assert.All(result.ToString().Split('\n'), static line => Assert.InRange(line.Length, 0, 120));
        Assert.Contains("narrow", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_PlainFields_TellWhereEachLaneWentOn()
    {
        ExplorationFailure failure = Explore.Run(static async x =>
        {
            int value = 0;
            async Task Add()
            {
                int seen = value;
                await Task.Yield();
                value = seen + 1;
            }

            await Task.WhenAll(x.Spawn("a", Add), x.Spawn("b", Add));
            x.Assert(value == 2);
        }).Failure!;
        Assert.All(failure.Steps, static step => Assert.Equal("StoryTests.cs", step.File));
        Assert.Equal(["a", "b", "b", "a", "main"], failure.Steps.Select(static step => step.Lane));
    }

    [Fact]
    public void Steps_PrimitivesOfTheLibrary_TellOfHandOvers()
    {
        ExplorationFailure failure = Explore.Run(
            static async x =>
            {
                AsyncLock gate = new();
                async Task Enter()
                {
                    using Lease lease = await gate.EnterAsync();
                }

                await Task.WhenAll(x.Spawn("a", Enter), x.Spawn("b", Enter));
                x.Assert(gate.GetStatistics().IsHeld);
            },
            new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive }).Failure!;
        Assert.Contains("enters AsyncLock", failure.Steps.Where(static step => step.Lane == "a").Select(static step => step.Action));
        Assert.Contains("leaves AsyncLock", failure.Steps.Where(static step => step.Lane == "b").Select(static step => step.Action));
    }

    [Fact]
    public void Steps_ConditionVariable_TellsThatTheLockIsLeftAndHeldAgain()
    {
        ExplorationFailure failure = Explore.Run(
            static async x =>
            {
                AsyncLock gate = new();
                using AsyncConditionVariable changed = new(gate);
                async Task Wait()
                {
                    using Lease held = await gate.EnterAsync();
                    await changed.WaitAsync(held);
                    using Lease again = await gate.EnterAsync();
                }

                async Task Notify()
                {
                    using Lease held = await gate.EnterAsync();
                    changed.NotifyOne(held);
                }

                await Task.WhenAll(x.Spawn("waiter", Wait), x.Spawn("notifier", Notify));
            },
            new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive }).Failure!;
        Assert.Equal(FailureKind.Deadlock, failure.Kind);
        Assert.Contains("waiter waits for AsyncLock, held by itself,", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            ["enters AsyncLock", "leaves AsyncLock", "waits for AsyncConditionVariable", "is back from AsyncConditionVariable", "waits for AsyncLock"],
            failure.Steps.Where(static step => step.Lane == "waiter").Select(static step => step.Action));
    }

    [Fact]
    public void Run_TwoSignalsForTwoWaitersOfAnAutoResetEvent_IsLostWakeUpWithoutHolders()
    {
        ExplorationFailure failure = Explore.Run(static async x =>
        {
            AsyncAutoResetEvent signal = new();
            async Task Wait() => await signal.WaitAsync();
            Task Set()
            {
                signal.Set();
                signal.Set();
                return Task.CompletedTask;
            }

            await Task.WhenAll(x.Spawn("a", Wait), x.Spawn("b", Wait), x.Spawn("setter", Set));
        }).Failure!;
        Assert.Equal(FailureKind.LostWakeUp, failure.Kind);
        Assert.DoesNotContain("held by", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Minimise_LongRandomSchedule_NeedsOnePreemption()
    {
        ExplorationFailure failure = Explore.Run(
            static x =>
            {
                Shared<int> value = x.Share("value", 0);
                for (int i = 0; i < 4; i++)
                {
                    x.Spawn($"lane {i}", async () =>
                    {
                        await x.Point();
                        int seen = value.Read();
                        await x.Point();
                        value.Write(seen + 1);
                        await x.Point();
                    });
                }

                x.AtEnd(() => x.Assert(value.Read() == 4));
                return Task.CompletedTask;
            },
            new ExplorationOptions { Strategy = ExplorationStrategy.Random, Seed = 5 }).Failure!;
        string[] order = [.. failure.Steps.Where(static step => step.Lane.StartsWith("lane", StringComparison.Ordinal)).Select(static step => step.Lane)];
        int switches = order.Zip(order.Skip(1)).Count(static pair => pair.First != pair.Second);
        Assert.InRange(switches, 4, 5);
    }

    [Fact]
    public void ToString_Clean_TellsHowMuchWasRun()
    {
        ExplorationResult result = Explore.Run(
            SmallPrograms.Points(2, 1), new ExplorationOptions { Name = "points", Strategy = ExplorationStrategy.Exhaustive, Preemptions = null });
        Assert.Equal("points: nothing found in 6 schedules, all that there are within its bound (exhaustive)", result.ToString());
    }

    [Fact]
    public void Program_Name_IsItsMethods() => Assert.Equal("SafeAccount", Explore.Run(SmallPrograms.SafeAccount, new ExplorationOptions { Schedules = 1 }).Program);

    [Fact]
    public void Program_Lambda_IsNamedByTheMethodAround() =>
        Assert.Equal("Program_Lambda_IsNamedByTheMethodAround", Explore.Run(static _ => Task.CompletedTask, new ExplorationOptions { Schedules = 1 }).Program);
}
