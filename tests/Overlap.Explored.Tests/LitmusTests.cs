using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests;

/// <summary>The small programs that tell memory models apart: each outcome that x86 allows is found, and none that it forbids.</summary>
public sealed class LitmusTests
{
    [Fact]
    public void StoreBuffering_OneOrderOfAllWrites_OneThreadSeesTheOther()
    {
        ExplorationResult result = Exploring.Exhaust(StoreBuffering(fence: false));

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void StoreBuffering_StoreBuffers_NeitherSeesTheOther() =>
        Assert.Equal(FailureKind.Assertion, Exploring.Exhaust(StoreBuffering(fence: false), storeBuffers: true).Failure?.Kind);

    [Fact]
    public void StoreBuffering_FenceBetween_OneThreadSeesTheOther()
    {
        ExplorationResult result = Exploring.Exhaust(StoreBuffering(fence: true), storeBuffers: true);

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void StoreBuffering_SharedVariables_NeitherSeesTheOther() => Assert.Equal(FailureKind.Assertion, Exploring.Exhaust(
        static x =>
        {
            Shared<int> a = x.Share("a", 0);
            Shared<int> b = x.Share("b", 0);
            (int first, int second) = (0, 0);
            x.Spawn("one", () => first = Exchange(a, b));
            x.Spawn("two", () => second = Exchange(b, a));
            x.AtEnd(() => x.Assert(first + second > 0));

            static int Exchange(Shared<int> mine, Shared<int> other)
            {
                mine.Write(1);
                return other.Read();
            }
        },
        storeBuffers: true).Failure?.Kind);

    [Fact]
    public void MessagePassing_StoreBuffers_TheMessageIsThereBeforeTheFlag()
    {
        ExplorationResult result = Exploring.Exhaust(
            static x =>
            {
                Cells cells = new();
                x.Spawn("sender", () =>
                {
                    Volatile.Write(ref cells.A, 1);
                    Volatile.Write(ref cells.B, 1);
                });
                x.Spawn("receiver", () =>
                {
                    if (Volatile.Read(ref cells.B) == 1)
                    {
                        x.Assert(Volatile.Read(ref cells.A) == 1);
                    }
                });
            },
            storeBuffers: true);

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void LoadBuffering_StoreBuffers_NobodySeesAWriteThatDependsOnItself()
    {
        ExplorationResult result = Exploring.Exhaust(
            static x =>
            {
                Cells cells = new();
                (int first, int second) = (0, 0);
                x.Spawn("one", () =>
                {
                    first = Volatile.Read(ref cells.A);
                    Volatile.Write(ref cells.B, 1);
                });
                x.Spawn("two", () =>
                {
                    second = Volatile.Read(ref cells.B);
                    Volatile.Write(ref cells.A, 1);
                });
                x.AtEnd(() => x.Assert(first + second < 2));
            },
            storeBuffers: true);

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void OwnWrites_StoreBuffers_AreSeenAtOnce()
    {
        ExplorationResult result = Exploring.Exhaust(
            static x =>
            {
                Cells cells = new();
                x.Spawn("writer", () =>
                {
                    Volatile.Write(ref cells.A, 1);
                    Volatile.Write(ref cells.A, 2);
                    x.Assert(Volatile.Read(ref cells.A) == 2);
                });
                x.Spawn("reader", () =>
                {
                    int first = Volatile.Read(ref cells.A);
                    x.Assert(Volatile.Read(ref cells.A) >= first);
                });
            },
            storeBuffers: true);

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void TwoWriters_StoreBuffers_TheFieldEndsAsTheLastVisibleWrite()
    {
        ExplorationResult result = Exploring.Exhaust(
            static x =>
            {
                Cells cells = new();
                int seen = 0;
                x.Spawn("one", () => Volatile.Write(ref cells.A, 1));
                x.Spawn("two", () =>
                {
                    Volatile.Write(ref cells.A, 2);
                    Interlocked.MemoryBarrier();
                    seen = Volatile.Read(ref cells.A);
                });
                x.AtEnd(() => x.Assert(seen == 2 || Volatile.Read(ref cells.A) == 1, "who saw the other's write sees it stay"));
            },
            storeBuffers: true);

        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    private static Action<ThreadExplorer> StoreBuffering(bool fence) => x =>
    {
        Cells cells = new();
        (int first, int second) = (0, 0);
        x.Spawn("one", () => first = WriteAndRead(ref cells.A, ref cells.B));
        x.Spawn("two", () => second = WriteAndRead(ref cells.B, ref cells.A));
        x.AtEnd(() => x.Assert(first + second > 0));

        int WriteAndRead(ref int mine, ref int other)
        {
            Volatile.Write(ref mine, 1);
            if (fence)
            {
                Interlocked.MemoryBarrier();
            }

            return Volatile.Read(ref other);
        }
    };

    private sealed class Cells
    {
        public int A;
        public int B;
    }
}
