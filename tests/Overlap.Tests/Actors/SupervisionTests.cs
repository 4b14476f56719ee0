using Overlap.Actors;
using Overlap.Testing;

namespace Overlap.Tests.Actors;

public sealed class SupervisionTests
{
    [Fact]
    public async Task Handler_Throws_RestartsAndLosesThatMessageOnly()
    {
        await using ActorSystem system = new(new ActorSystemOptions { Supervision = new SupervisionStrategy { MaxRestarts = int.MaxValue } });
        List<int> seen = [];
        int instances = 0;
        ActorRef<int> actor = system.Spawn(() =>
        {
            instances++;
            return Failing(static n => n % 10 == 0, seen);
        });
        for (int i = 1; i <= 100; i++)
        {
            actor.Tell(i);
        }

        await actor.StopAsync(StopMode.Drain);
        ActorStatistics statistics = actor.GetStatistics();
        int failed = (int)statistics.Failed;

        // A stop that drains ends an actor that has failed; before it, only the message that failed is lost.
        Assert.Equal(100, statistics.Handled + system.GetStatistics().DeadLetters);
        Assert.Equal(statistics.Handled - failed, seen.Count);
        Assert.Equal(Enumerable.Range(1, (int)statistics.Handled).Where(static n => n % 10 != 0), seen);
        Assert.Equal(instances - 1, statistics.Restarts);
    }

    [Fact]
    public async Task Handler_Throws_ResumeKeepsTheInstance()
    {
        await using ActorSystem system = With(static _ => SupervisionDirective.Resume);
        List<int> seen = [];
        int instances = 0;
        ActorRef<int> actor = system.Spawn(() =>
        {
            instances++;
            return Failing(static n => n == 1, seen);
        });
        Task handled = Watch(system, actor, out ActorRef<int> last);
        actor.Tell(1);
        actor.Tell(2);
        actor.Tell(-1);
        await handled;
        await last.StopAsync();
        Assert.Equal([2], seen);
        Assert.Equal(1, instances);
    }

    [Fact]
    public async Task Handler_Throws_StopMakesDeadLettersOfTheRest()
    {
        await using ActorSystem system = With(static _ => SupervisionDirective.Stop);
        TaskCompletionSource gate = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(async (_, _) =>
        {
            await gate.Task;
            throw new InvalidOperationException("planned");
        }));
        actor.Tell(1);
        actor.Tell(2);
        gate.SetResult();
        await actor.WaitForStopAsync();
        Assert.Equal(2, Assert.Single(system.DeadLetters).Message);
        Assert.Equal(SupervisionDirective.Stop, Assert.Single(system.Failures).Directive);
    }

    [Fact]
    public async Task Start_AlwaysFails_IsExhaustedAndStopped()
    {
        await using ActorSystem system = new(new ActorSystemOptions { Supervision = new SupervisionStrategy { MaxRestarts = 3 } });
        ActorRef<int> actor = system.Spawn<int>(static () => throw new InvalidOperationException("planned"));
        await actor.WaitForStopAsync();
        Assert.Equal(3, actor.GetStatistics().Restarts);
        Assert.Equal([false, false, false, true], system.Failures.Select(static failure => failure.IsExhausted));
    }

    [Fact]
    public async Task Handler_Throws_AllForOneRestartsSiblings()
    {
        Assert.Equal(["a", "b", "c"], await RestartedAsync(SupervisionScope.AllForOne));
    }

    [Fact]
    public async Task Handler_Throws_RestForOneRestartsThoseAfter()
    {
        Assert.Equal(["b", "c"], await RestartedAsync(SupervisionScope.RestForOne));
    }

    [Fact]
    public async Task Handler_Throws_OneForOneRestartsItAlone()
    {
        Assert.Equal(["b"], await RestartedAsync(SupervisionScope.OneForOne));
    }

    [Fact]
    public async Task Child_Escalates_ParentIsRestarted()
    {
        await using ActorSystem system = new();
        int parents = 0;
        TaskCompletionSource again = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<int> parent = system.Spawn(
            () => new Scripted<int>(start: context =>
            {
                if (++parents == 1)
                {
                    context.Spawn(() => new Scripted<int>(start: static _ => throw new InvalidOperationException("planned")));
                }
                else
                {
                    again.SetResult();
                }

                return default;
            }),
            new ActorOptions { Supervision = new SupervisionStrategy { Decide = static _ => SupervisionDirective.Escalate } });
        await again.Task;
        Assert.Equal([SupervisionDirective.Escalate, SupervisionDirective.Restart], system.Failures.Select(static failure => failure.Directive));
        await parent.StopAsync();
        Assert.Equal(0, parent.GetStatistics().Children);
    }

    [Fact]
    public async Task Child_EscalatesAndParentIsResumed_SiblingStaysHeldForItsRestart()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions
        {
            TimeProvider = clock,
            Supervision = new SupervisionStrategy { Decide = static _ => SupervisionDirective.Resume },
        });
        TaskCompletionSource restartIsSet = new();
        system.ActorFailed += failure =>
        {
            if (failure.Directive == SupervisionDirective.Restart)
            {
                restartIsSet.TrySetResult();
            }
        };
        int instances = 0;
        List<int> handledBy = [];
        ActorRef<int>? restarting = null;
        ActorRef<int>? escalating = null;
        TaskCompletionSource spawned = new();
        TaskCompletionSource resumed = new();
        system.Spawn(
            () => new Scripted<int>(start: context =>
            {
                restarting = context.Spawn(() =>
                {
                    int instance = ++instances;
                    return new Scripted<int>((_, n) =>
                    {
                        handledBy.Add(n == 0 ? throw new InvalidOperationException("planned") : instance);
                        return default;
                    });
                });
                escalating = context.Spawn(() => new Scripted<int>((_, n) => n == 0 ? throw new NotSupportedException("planned") : Signal(resumed)));
                return Signal(spawned);
            }),
            new ActorOptions
            {
                Supervision = new SupervisionStrategy
                {
                    Decide = static error => error is NotSupportedException ? SupervisionDirective.Escalate : SupervisionDirective.Restart,
                    Backoff = RestartBackoff.Exponential(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10), jitter: 0),
                },
            });
        await spawned.Task;
        restarting!.Tell(0);
        restarting.Tell(1);
        await restartIsSet.Task;
        escalating!.Tell(0);
        escalating.Tell(1);
        await resumed.Task;
        clock.Advance(TimeSpan.FromSeconds(10));
        await restarting.StopAsync(StopMode.Drain);
        Assert.Equal([2], handledBy);

        static ValueTask Signal(TaskCompletionSource source)
        {
            source.TrySetResult();
            return default;
        }
    }

    [Fact]
    public async Task Backoff_Set_WaitsAsLongAsItSays()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions
        {
            TimeProvider = clock,
            Supervision = new SupervisionStrategy { Backoff = RestartBackoff.Exponential(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), jitter: 0) },
        });
        int instances = 0;
        TaskCompletionSource[] made = [new(), new(TaskCreationOptions.RunContinuationsAsynchronously)];
        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorFailed += _ => failed.SetResult();
        ActorRef<int> actor = system.Spawn(() =>
        {
            made[instances++].SetResult();
            return Failing(static n => n == 1, []);
        });
        actor.Tell(1);
        await failed.Task;
        Assert.Equal(TimeSpan.FromSeconds(1), Assert.Single(system.Failures).Delay);
        Assert.Equal(1, instances);
        await actor.StopAsync();
    }

    [Fact]
    public async Task Parent_Stops_ChildrenFirst()
    {
        await using ActorSystem system = new();
        List<string> ended = [];
        ActorRef<int> parent = system.Spawn(() => new Scripted<int>(
            start: context =>
            {
                context.Spawn(() => new Scripted<int>(stop: (_, _) =>
                {
                    ended.Add("child");
                    return default;
                }));
                return default;
            },
            stop: (_, _) =>
            {
                ended.Add("parent");
                return default;
            }));
        await parent.StopAsync();
        Assert.Equal(["child", "parent"], ended);
    }

    [Fact]
    public async Task StopAsync_FromOwnHandler_ThrowsInsteadOfWaiting()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>(async (context, question) =>
        {
            try
            {
                await context.Self.StopAsync();
            }
            catch (InvalidOperationException refused)
            {
                question.Reply.Fail(refused);
            }
        }));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await actor.AskAsync<int>(static reply => new Question(0, reply)));
    }

    [Fact]
    public async Task Watch_OtherStops_TellsTerminatedOnce()
    {
        await using ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>());
        Task told = Watch(system, actor, out ActorRef<int> watcher);
        actor.Stop();
        await told;
        await watcher.StopAsync();
    }

    [Fact]
    public async Task Watch_AlreadyStopped_TellsTerminated()
    {
        await using ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>());
        await actor.StopAsync();
        await Watch(system, actor, out _);
    }

    [Fact]
    public async Task DisposeAsync_Twice_StopsAllAndTakesNoMore()
    {
        ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>());
        await system.DisposeAsync();
        await system.DisposeAsync();
        Assert.True(actor.IsStopped);
        Assert.Equal(0, system.GetStatistics().Actors);
        Assert.Throws<ActorStoppedException>(() => system.Spawn(() => new Scripted<int>()));
    }

    private static ActorSystem With(Func<Exception, SupervisionDirective> decide) =>
        new(new ActorSystemOptions { Supervision = new SupervisionStrategy { Decide = decide } });

    /// <summary>Throws on the messages said, stops on -1, and takes down the others.</summary>
    private static Scripted<int> Failing(Func<int, bool> fails, List<int> seen) => new((context, n) =>
    {
        if (n == -1)
        {
            context.Stop();
            return default;
        }

        if (fails(n))
        {
            throw new InvalidOperationException("planned");
        }

        seen.Add(n);
        return default;
    });

    private static Task Watch(ActorSystem system, ActorRef other, out ActorRef<int> watcher)
    {
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        watcher = system.Spawn(() => new Scripted<int>(
            start: context =>
            {
                context.Watch(other);
                return default;
            },
            signal: (_, signal) =>
            {
                Assert.Equal(new Terminated(other), signal);
                told.SetResult();
                return default;
            }));
        return told.Task;
    }

    private static async Task<IEnumerable<string>> RestartedAsync(SupervisionScope scope)
    {
        await using ActorSystem system = new(new ActorSystemOptions { Supervision = new SupervisionStrategy { Scope = scope } });
        Dictionary<string, ActorRef<Question>> actors = [];
        foreach (string name in new[] { "a", "b", "c" })
        {
            actors[name] = system.Spawn(
                () => new Scripted<Question>((_, question) => question.Reply.Send(0) ? default : throw new InvalidOperationException("planned")),
                new ActorOptions { Name = name });
        }

        TaskCompletionSource failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        system.ActorFailed += _ => failed.SetResult();
        actors["b"].Tell(new Question(0, default));
        await failed.Task;

        // The failure is told before the restarts are sent; one question to the one that failed is answered by its next instance, and the
        // siblings have had their restart when the system has drained.
        _ = await actors["b"].AskAsync<int>(static reply => new Question(1, reply));
        await system.StopAsync();
        return actors.Where(static actor => actor.Value.GetStatistics().Restarts > 0).Select(static actor => actor.Key).Order();
    }
}
