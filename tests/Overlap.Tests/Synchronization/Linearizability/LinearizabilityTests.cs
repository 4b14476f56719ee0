using Overlap.Synchronization;
using Overlap.Testing.Exploration;
using static Overlap.Tests.Synchronization.Linearizability.RandomHistories;

namespace Overlap.Tests.Synchronization.Linearizability;

/// <summary>Histories of real calls of the primitives, many of them cancelled at a random moment, must be those of some order of the same calls.</summary>
[Collection(nameof(QuietCollection))]
[LeakCheck]
[Trait("kind", "stress")]
public sealed class LinearizabilityTests
{
    private enum Verb
    {
        Enter,
        TryEnter,
        Leave,
    }

    private enum SignalVerb
    {
        Wait,
        TryWait,
        Set,
        Reset,
    }

    private enum CountVerb
    {
        Signal,
        TryAdd,
        Wait,
    }

    private enum ShareVerb
    {
        Read,
        Write,
        ReadUpgradeably,
        TryRead,
        TryWrite,
        Leave,
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncLock_RandomCalls_AreLinearizable()
    {
        // The state is the owner; 0: nobody.
        FunctionModel<int, LockCall, bool> model = new(0, static (owner, call, answer) => call.Verb switch
        {
            Verb.Enter => owner == 0 ? call.Lane : null,
            Verb.TryEnter => answer.Is(owner == 0) ? (owner == 0 ? call.Lane : owner) : null,
            _ => owner == call.Lane ? 0 : null,
        });
        Lease[] leases = new Lease[4];
        await JudgeAsync(model, static () => new AsyncLock(), ChooseEntry, async (gate, lane, call, token) =>
        {
            switch (call.Verb)
            {
                case Verb.Enter:
                    leases[call.Lane] = await gate.EnterAsync(token);
                    lane.Holds = 1;
                    return true;
                case Verb.TryEnter:
                    lane.Holds = gate.TryEnter(out leases[call.Lane]) ? 1 : 0;
                    return lane.Holds == 1;
                default:
                    lane.Holds = 0;
                    leases[call.Lane].Dispose();
                    return true;
            }
        });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task KeyedLock_RandomCalls_AreLinearizableForEachKey()
    {
        FunctionModel<int, KeyCall, bool> model = new(
            0,
            static (owner, call, answer) => call.Verb switch
            {
                Verb.Enter => owner == 0 ? call.Lane : null,
                Verb.TryEnter => answer.Is(owner == 0) ? (owner == 0 ? call.Lane : owner) : null,
                _ => owner == call.Lane ? 0 : null,
            },
            static call => call.Key);
        Lease[] leases = new Lease[4];
        await JudgeAsync(
            model,
            static () => new KeyedLock<int>(),
            static lane => lane.Holds > 0
                ? new KeyCall(Verb.Leave, lane.Number + 1, lane.Holds)
                : new KeyCall(lane.Random.Next(4) == 0 ? Verb.TryEnter : Verb.Enter, lane.Number + 1, lane.Random.Next(1, 3)),
            async (gates, lane, call, token) =>
            {
                switch (call.Verb)
                {
                    case Verb.Enter:
                        leases[call.Lane] = await gates.EnterAsync(call.Key, token);
                        lane.Holds = call.Key;
                        return true;
                    case Verb.TryEnter:
                        lane.Holds = gates.TryEnter(call.Key, out leases[call.Lane]) ? call.Key : 0;
                        return lane.Holds > 0;
                    default:
                        lane.Holds = 0;
                        leases[call.Lane].Dispose();
                        return true;
                }
            });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncSemaphore_RandomCalls_AreLinearizable()
    {
        // A try may fail although permits are free: it does not overtake those who wait for more than there are.
        FunctionModel<int, PermitCall, bool> model = new(3, static (free, call, answer) => call.Verb switch
        {
            Verb.Enter => free >= call.Permits ? free - call.Permits : null,
            Verb.TryEnter => answer.Is(false) ? free : free >= call.Permits ? free - call.Permits : null,
            _ => free + call.Permits,
        });
        await JudgeAsync(
            model,
            static () => new AsyncSemaphore(3, 3),
            static lane => lane.Holds > 0 ? new PermitCall(Verb.Leave, lane.Holds) : new PermitCall(lane.Random.Next(4) == 0 ? Verb.TryEnter : Verb.Enter, lane.Random.Next(1, 4)),
            static async (semaphore, lane, call, token) =>
            {
                switch (call.Verb)
                {
                    case Verb.Enter:
                        await semaphore.TakeAsync(call.Permits, token);
                        lane.Holds = call.Permits;
                        return true;
                    case Verb.TryEnter:
                        lane.Holds = semaphore.TryTake(call.Permits) ? call.Permits : 0;
                        return lane.Holds > 0;
                    default:
                        lane.Holds = 0;
                        semaphore.Release(call.Permits);
                        return true;
                }
            });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncAutoResetEvent_RandomCalls_AreLinearizable()
    {
        FunctionModel<bool, SignalVerb, bool> model = new(false, static (isSet, verb, answer) => verb switch
        {
            SignalVerb.Wait => isSet ? false : null,
            SignalVerb.TryWait => answer.Is(isSet) ? false : null,
            SignalVerb.Set => true,
            _ => false,
        });
        await JudgeAsync(model, static () => new AsyncAutoResetEvent(), ChooseSignal, static async (signal, _, verb, token) =>
        {
            switch (verb)
            {
                case SignalVerb.Wait:
                    await signal.WaitAsync(token);
                    return true;
                case SignalVerb.TryWait:
                    return signal.TryWait();
                case SignalVerb.Set:
                    signal.Set();
                    return true;
                default:
                    signal.Reset();
                    return true;
            }
        });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncManualResetEvent_RandomCalls_AreLinearizable()
    {
        FunctionModel<bool, SignalVerb, bool> model = new(false, static (isSet, verb, answer) => verb switch
        {
            SignalVerb.Wait => isSet ? true : null,
            SignalVerb.TryWait => answer.Is(isSet) ? isSet : null,
            SignalVerb.Set => true,
            _ => false,
        });
        await JudgeAsync(model, static () => new AsyncManualResetEvent(), ChooseSignal, static async (signal, _, verb, token) =>
        {
            switch (verb)
            {
                case SignalVerb.Wait:
                    await signal.WaitAsync(token);
                    return true;
                case SignalVerb.TryWait:
                    return signal.IsSet;
                case SignalVerb.Set:
                    signal.Set();
                    return true;
                default:
                    signal.Reset();
                    return true;
            }
        });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncCountdownEvent_RandomCalls_AreLinearizable()
    {
        // The answer: 1 for yes, 0 for no, −1 for a signal too many.
        FunctionModel<int, CountVerb, int> model = new(5, static (count, verb, answer) => verb switch
        {
            CountVerb.Signal => answer.Is(count == 0 ? -1 : count == 1 ? 1 : 0) ? Math.Max(0, count - 1) : null,
            CountVerb.TryAdd => answer.Is(count == 0 ? 0 : 1) ? (count == 0 ? 0 : count + 1) : null,
            _ => count == 0 ? 0 : null,
        });
        await JudgeAsync(
            model,
            static () => new AsyncCountdownEvent(5),
            static lane => lane.Random.Next(6) switch
            {
                0 => CountVerb.TryAdd,
                1 or 2 => CountVerb.Wait,
                _ => CountVerb.Signal,
            },
            static async (countdown, _, verb, token) =>
            {
                switch (verb)
                {
                    case CountVerb.Signal:
                        try
                        {
                            return countdown.Signal() ? 1 : 0;
                        }
                        catch (InvalidOperationException)
                        {
                            return -1;
                        }

                    case CountVerb.TryAdd:
                        return countdown.TryAddCount() ? 1 : 0;
                    default:
                        await countdown.WaitAsync(token);
                        return 1;
                }
            });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncQueue_RandomCalls_AreLinearizable() => await JudgeAsync(
        new BoundedQueueModel(),
        static () => new AsyncQueue<int>(BoundedQueueModel.Capacity),
        static lane => new QueueCall((QueueVerb)lane.Random.Next(4), lane.Random.Next(1, 1_000_000)),
        static async (queue, _, call, token) =>
        {
            switch (call.Verb)
            {
                case QueueVerb.Add:
                    await queue.AddAsync(call.Item, token);
                    return 1;
                case QueueVerb.TryAdd:
                    return queue.TryAdd(call.Item) ? 1 : 0;
                case QueueVerb.Take:
                    return await queue.TakeAsync(token);
                default:
                    return queue.TryTake(out int item) ? item : 0;
            }
        });

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncReaderWriterLock_RandomCalls_AreLinearizable()
    {
        // A try may fail although the way is free: it does not overtake those who wait. A lane's own way in is what it leaves.
        FunctionModel<(int Readers, int Upgradeable, int Writer), ShareCall, bool> model = new((0, 0, 0), static (state, call, answer) =>
            call.Verb switch
            {
                ShareVerb.TryRead or ShareVerb.TryWrite when answer.Is(false) => state,
                ShareVerb.Read or ShareVerb.TryRead => state.Writer == 0 ? state with { Readers = state.Readers + 1 } : null,
                ShareVerb.ReadUpgradeably => state is { Writer: 0, Upgradeable: 0 } ? state with { Upgradeable = 1 } : null,
                ShareVerb.Write or ShareVerb.TryWrite => state == default ? state with { Writer = 1 } : null,
                _ => (ShareVerb)call.Holds switch
                {
                    ShareVerb.Read or ShareVerb.TryRead => state with { Readers = state.Readers - 1 },
                    ShareVerb.ReadUpgradeably => state with { Upgradeable = 0 },
                    _ => state with { Writer = 0 },
                },
            });
        Lease[] leases = new Lease[4];
        await JudgeAsync(
            model,
            static () => new AsyncReaderWriterLock(),
            static lane => lane.Holds > 0
                ? new ShareCall(ShareVerb.Leave, lane.Holds - 1)
                : new ShareCall((ShareVerb)lane.Random.Next(5), 0),
            async (gate, lane, call, token) =>
            {
                if (call.Verb == ShareVerb.Leave)
                {
                    lane.Holds = 0;
                    leases[lane.Number].Dispose();
                    return true;
                }

                bool isTaken = true;
                switch (call.Verb)
                {
                    case ShareVerb.Read:
                        leases[lane.Number] = await gate.EnterReadAsync(token);
                        break;
                    case ShareVerb.Write:
                        leases[lane.Number] = await gate.EnterWriteAsync(token);
                        break;
                    case ShareVerb.ReadUpgradeably:
                        leases[lane.Number] = await gate.EnterUpgradeableReadAsync(token);
                        break;
                    case ShareVerb.TryRead:
                        isTaken = gate.TryEnterRead(out leases[lane.Number]);
                        break;
                    default:
                        isTaken = gate.TryEnterWrite(out leases[lane.Number]);
                        break;
                }

                lane.Holds = isTaken ? (int)call.Verb + 1 : 0;
                return isTaken;
            });
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncLazy_RandomCalls_MakeOneValue()
    {
        FunctionModel<int, string, int> model = new(0, static (_, _, answer) => answer.Is(1) ? 1 : null);
        await JudgeAsync(
            model,
            static () =>
            {
                int runs = 0;
                return new AsyncLazy<int>(async _ =>
                {
                    await Task.Yield();
                    return Interlocked.Increment(ref runs);
                });
            },
            static _ => "get",
            static async (lazy, _, _, token) => await lazy.GetAsync(token));
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncBarrier_Phases_OverlapInOnePoint()
    {
        // Not one call after the other: all calls of a phase take effect together, so each must have begun before the first of them ended.
        const int Participants = 3;
        const int Phases = 10;
        for (int round = 0; round < Thorough.Times(100, 5_000); round++)
        {
            AsyncBarrier barrier = new(Participants);
            History<int, int> history = new();
            await Task.WhenAll(Enumerable.Range(0, Participants).Select(number => Task.Run(async () =>
            {
                for (int phase = 0; phase < Phases; phase++)
                {
                    HistoryCall<int, int> call = history.Invoke($"{number}", phase);
                    call.Return(await barrier.SignalAndWaitAsync());
                }
            })));
            foreach (IGrouping<int, HistoryCall<int, int>> phase in history.Calls.GroupBy(static call => call.Operation))
            {
                Assert.True(phase.Max(static call => call.Began) < phase.Min(static call => call.Ended), $"Phase {phase.Key} was left before all had come.");
                Assert.Equal([0, 1, 2], phase.Select(static call => call.Answer.Value).Order());
            }
        }
    }

    private static LockCall ChooseEntry(Lane lane) =>
        new(lane.Holds > 0 ? Verb.Leave : lane.Random.Next(4) == 0 ? Verb.TryEnter : Verb.Enter, lane.Number + 1);

    private static SignalVerb ChooseSignal(Lane lane) => (SignalVerb)lane.Random.Next(4);

    private readonly record struct LockCall(Verb Verb, int Lane);

    private readonly record struct KeyCall(Verb Verb, int Lane, int Key);

    private readonly record struct PermitCall(Verb Verb, int Permits);

    private readonly record struct ShareCall(ShareVerb Verb, int Holds);
}
