using System.Collections.Concurrent;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Testing.Exploration;

public sealed class LinearizabilityTests
{
    [Fact]
    public void Check_NoCalls_IsLinearizable() => Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(new History<int?, int>()));

    [Fact]
    public void Check_ReadOverlapsWrite_MaySeeTheOldValue()
    {
        History<int?, int> history = new();
        HistoryCall<int?, int> write = history.Invoke("writer", 1);
        history.Invoke("reader", null).Return(0);
        write.Return(1);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(history));
    }

    [Fact]
    public void Check_ReadAfterWrite_MustNotSeeTheOldValue()
    {
        History<int?, int> history = new();
        history.Invoke("writer", 1).Return(1);
        history.Invoke("reader", null).Return(0);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Judge(history));
    }

    [Fact]
    public void Check_NewThenOldValueRead_IsNotLinearizable()
    {
        History<int?, int> history = new();
        HistoryCall<int?, int> write = history.Invoke("writer", 1);
        history.Invoke("reader", null).Return(1);
        history.Invoke("reader", null).Return(0);
        write.Return(1);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Judge(history));
    }

    [Fact]
    public void Check_GivenUpWriteSeen_IsLinearizable()
    {
        History<int?, int> history = new();
        history.Invoke("writer", 1).GiveUp();
        history.Invoke("reader", null).Return(1);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(history));
    }

    [Fact]
    public void Check_GivenUpWriteNeverSeen_IsLinearizable()
    {
        History<int?, int> history = new();
        history.Invoke("writer", 1).GiveUp();
        history.Invoke("reader", null).Return(0);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(history));
    }

    [Fact]
    public void Check_GivenUpWriteSeenThenUnseen_IsNotLinearizable()
    {
        History<int?, int> history = new();
        history.Invoke("writer", 1).GiveUp();
        history.Invoke("reader", null).Return(1);
        history.Invoke("reader", null).Return(0);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Judge(history));
    }

    [Fact]
    public void Check_WriteThatNeverEnded_MayHaveHappened()
    {
        History<int?, int> history = new();
        history.Invoke("writer", 1);
        history.Invoke("reader", null).Return(0);
        history.Invoke("reader", null).Return(1);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(history));
    }

    [Fact]
    public void Check_WithdrawnWriteSeen_IsNotLinearizable()
    {
        History<int?, int> history = new();
        HistoryCall<int?, int> write = history.Invoke("writer", 1);
        history.Invoke("reader", null).Return(1);
        write.Withdraw();
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Judge(history));
    }

    [Fact]
    public void Check_WithdrawnWriteNotSeen_IsLinearizable()
    {
        History<int?, int> history = new();
        HistoryCall<int?, int> write = history.Invoke("writer", 1);
        history.Invoke("reader", null).Return(0);
        write.Withdraw();
        Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(history));
    }

    [Fact]
    public void Check_GivenUpTakeThatTookAnItem_ExplainsTheGap()
    {
        History<QueueOperation, int> history = new();
        history.Invoke("a", QueueOperation.Put(1)).Return(0);
        history.Invoke("a", QueueOperation.Put(2)).Return(0);
        history.Invoke("b", QueueOperation.Take).GiveUp();
        history.Invoke("c", QueueOperation.Take).Return(2);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Linearizability.Check(history, new QueueModel()).Verdict);
    }

    [Fact]
    public void Check_WithdrawnTakeThatTookAnItem_IsNotLinearizable()
    {
        History<QueueOperation, int> history = new();
        history.Invoke("a", QueueOperation.Put(1)).Return(0);
        history.Invoke("a", QueueOperation.Put(2)).Return(0);
        history.Invoke("b", QueueOperation.Take).Withdraw();
        history.Invoke("c", QueueOperation.Take).Return(2);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Linearizability.Check(history, new QueueModel()).Verdict);
    }

    [Fact]
    public void Check_TwoHundredCalls_IsLinearizable()
    {
        History<int?, int> history = LongHistory(200, lastRead: 199);
        Assert.Equal(LinearizabilityVerdict.Linearizable, Judge(history));
    }

    [Fact]
    public void Check_LastOfTwoHundredCallsWrong_IsNotLinearizable()
    {
        History<int?, int> history = LongHistory(200, lastRead: 7);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Judge(history));
    }

    [Fact]
    public void Check_ConcurrentQueue_IsLinearizable()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            ConcurrentQueue<int> queue = new();
            History<QueueOperation, int> history = Perform(seed, put: queue.Enqueue, take: () => queue.TryDequeue(out int item) ? item : 0);
            Linearizability.Check(history, new QueueModel()).ThrowIfNotLinearizable();
        }
    }

    [Fact]
    public void Check_StackTakenForQueue_IsNotLinearizable()
    {
        ConcurrentStack<int> stack = new();
        History<QueueOperation, int> history = new();
        foreach (int item in (int[])[1, 2])
        {
            history.Record("a", QueueOperation.Put(item), () =>
            {
                stack.Push(item);
                return 0;
            });
        }

        history.Record("b", QueueOperation.Take, () => stack.TryPop(out int item) ? item : 0);
        Assert.Equal(LinearizabilityVerdict.NotLinearizable, Linearizability.Check(history, new QueueModel()).Verdict);
    }

    [Fact]
    public void Check_PartsOfAMap_AreJudgedByThemselves()
    {
        // 40 calls that all overlap: too many orders for one search, few for each key.
        History<(string Key, int? Write), int> history = new();
        List<(HistoryCall<(string Key, int? Write), int> Call, int Result)> open = [];
        for (int key = 0; key < 20; key++)
        {
            open.Add((history.Invoke($"writer {key}", ($"{key}", key + 1)), key + 1));
            open.Add((history.Invoke($"reader {key}", ($"{key}", null)), key + 1));
        }

        open.ForEach(static call => call.Call.Return(call.Result));
        Assert.Equal(LinearizabilityVerdict.Linearizable, Linearizability.Check(history, new MapModel()).Verdict);
    }

    [Fact]
    public void Check_OnePartWrong_DrawsItAlone()
    {
        History<(string Key, int? Write), int> history = new();
        history.Invoke("innocent", ("x", 1)).Return(1);
        history.Invoke("writer", ("y", 1)).Return(1);
        history.Invoke("reader", ("y", null)).Return(0);
        string drawing = Linearizability.Check(history, new MapModel()).Drawing;
        Assert.DoesNotContain("innocent", drawing, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_NoTime_IsUnknown()
    {
        History<int?, int> history = new();
        history.Invoke("writer", 1).Return(1);
        Assert.Equal(LinearizabilityVerdict.Unknown, Linearizability.Check(history, new RegisterModel(), TimeSpan.Zero).Verdict);
    }

    [Fact]
    public void Check_MoreOrdersThanTime_IsUnknown()
    {
        // Takes that overlap 30 puts of different items and return what was never put: every one of 2^30 sets of puts is tried.
        History<QueueOperation, int> history = new();
        HistoryCall<QueueOperation, int>[] puts = [.. Enumerable.Range(1, 30).Select(item => history.Invoke($"{item}", QueueOperation.Put(item)))];
        history.Invoke("taker", QueueOperation.Take).Return(99);
        Array.ForEach(puts, static put => put.Return(0));
        Assert.Equal(LinearizabilityVerdict.Unknown, Linearizability.Check(history, new QueueModel(), TimeSpan.FromMilliseconds(20)).Verdict);
    }

    [Fact]
    public void ThrowIfNotLinearizable_Unknown_ThrowsTimeout()
    {
        LinearizabilityResult unknown = new() { Verdict = LinearizabilityVerdict.Unknown, Calls = 3 };
        Assert.Throws<TimeoutException>(unknown.ThrowIfNotLinearizable);
    }

    [Fact]
    public void Check_LongHistoryThatFailsEarly_DrawsTheShortestBeginning()
    {
        History<int?, int> history = new();
        HistoryCall<int?, int> write = history.Invoke("writer", 1);
        history.Invoke("reader", null).Return(1);
        write.Return(1);
        history.Invoke("reader", null).Return(0);
        for (int value = 2; value < 50; value++)
        {
            history.Invoke("writer", value).Return(value);
        }

        string[] expected =
        [
            "time  writer     reader",
            "   1  ┌ write 1",
            "   2  │          ┌ read",
            "   3  │          └ → 1",
            "   4  └ → 1",
            "   5             ┌ read",
            "   6             └ → 0",
            "The longest order that fits: writer write 1 → 1, reader read → 1; the state is then 1.",
            "",
        ];
        Assert.Equal(expected, Linearizability.Check(history, new RegisterModel()).Drawing.Split(Environment.NewLine));
    }

    [Fact]
    public void Return_Twice_IsRefused()
    {
        HistoryCall<int?, int> call = new History<int?, int>().Invoke("a", null);
        call.Return(0);
        Assert.Throws<InvalidOperationException>(() => call.Return(0));
    }

    [Fact]
    public async Task RecordAsync_Cancelled_IsGivenUp()
    {
        History<int?, int> history = new();
        await Assert.ThrowsAsync<OperationCanceledException>(() => history.RecordAsync("a", 1, () => throw new OperationCanceledException()));
        Assert.False(Assert.Single(history.Calls).Answer.IsKnown);
    }

    private static LinearizabilityVerdict Judge(History<int?, int> history) => Linearizability.Check(history, new RegisterModel()).Verdict;

    private static History<int?, int> LongHistory(int count, int lastRead)
    {
        History<int?, int> history = new();
        for (int value = 1; value < count; value++)
        {
            HistoryCall<int?, int> write = history.Invoke("writer", value);
            HistoryCall<int?, int> read = history.Invoke("reader", null);
            write.Return(value);
            read.Return(value % 2 == 0 ? value : value - 1);
        }

        history.Invoke("reader", null).Return(lastRead);
        return history;
    }

    private static History<QueueOperation, int> Perform(int seed, Action<int> put, Func<int> take)
    {
        History<QueueOperation, int> history = new();
        Thread[] threads = [.. Enumerable.Range(0, 3).Select(lane => new Thread(() =>
        {
            Random random = new((seed * 10) + lane);
            for (int call = 0; call < 10; call++)
            {
                int item = (lane * 100) + call + 1;
                if (random.Next(2) == 0)
                {
                    history.Record($"{lane}", QueueOperation.Put(item), () =>
                    {
                        put(item);
                        return 0;
                    });
                }
                else
                {
                    history.Record($"{lane}", QueueOperation.Take, take);
                }
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
        return history;
    }
}
