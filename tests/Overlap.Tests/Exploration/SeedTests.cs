using Overlap.Testing.Exploration;
using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Tests.Exploration;

public sealed class SeedTests
{
    [Theory]
    [InlineData(ExplorationStrategy.Portfolio)]
    [InlineData(ExplorationStrategy.Random)]
    [InlineData(ExplorationStrategy.Pct)]
    public void Replay_SeedOfAFailure_RepeatsTheIdenticalSteps(ExplorationStrategy strategy)
    {
        ExplorationFailure found = Explore.Run(SmallPrograms.UnsafeAccount, new ExplorationOptions { Strategy = strategy }).Failure!;
        ExplorationResult replayed = Explore.Replay(SmallPrograms.UnsafeAccount, found.Seed);
        Assert.Equal(found.Steps, replayed.Failure!.Steps);
        Assert.Equal(found.Kind, replayed.Failure.Kind);
        Assert.Equal(found.Seed, replayed.Failure.Seed);
        Assert.Equal("replay", replayed.Strategy);
    }

    [Fact]
    public void Replay_LowerCaseAndSpaces_IsTheSameSeed()
    {
        string seed = Explore.Run(SmallPrograms.OppositeOrder).Failure!.Seed;
        Assert.Equal(FailureKind.Deadlock, Explore.Replay(SmallPrograms.OppositeOrder, $"  {seed.ToLowerInvariant()} ").Failure?.Kind);
    }

    [Fact]
    public void Replay_EveryMistypedOrMissingCharacter_IsRefusedInOneLine()
    {
        string seed = Explore.Run(SmallPrograms.UnsafeAccount).Failure!.Seed;
        for (int i = 0; i < seed.Length; i++)
        {
            string mistyped = seed[..i] + (seed[i] == '5' ? '6' : '5') + seed[(i + 1)..];
            foreach (string wrong in (string[])[mistyped, seed[..i], seed.Remove(i, 1)])
            {
                ArgumentException refused = Assert.Throws<ArgumentException>(() => Explore.Replay(SmallPrograms.UnsafeAccount, wrong));
                Assert.Contains($"'{wrong}'", refused.Message, StringComparison.Ordinal);
                Assert.DoesNotContain('\n', refused.Message);
            }
        }
    }

    [Fact]
    public void Replay_SeedOfThreadMode_IsRefused() =>
        Assert.Throws<ArgumentException>(() => Explore.Replay(SmallPrograms.UnsafeAccount, SeedText.Write("t1-", [1], 1)));

    [Fact]
    public void Replay_ProgramWasChanged_IsDivergence()
    {
        string seed = Explore.Run(SmallPrograms.UnsafeAccount).Failure!.Seed;
        ExplorationResult replayed = Explore.Replay(SmallPrograms.SafeAccount, seed);
        Assert.Equal(FailureKind.Divergence, replayed.Failure?.Kind);
        Assert.Contains("other steps than when the seed was made, and nothing failed", replayed.Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Replay_SameStepsWithoutTheBug_IsClean()
    {
        int expected = 40;
        Task Program(TaskExplorer x)
        {
            Shared<int> value = x.Share("value", 0);
            x.AtEnd(() => x.Assert(expected == 41));
            return Task.CompletedTask;
        }

        string seed = Explore.Run(Program).Failure!.Seed;
        expected = 41;
        Assert.Null(Explore.Replay(Program, seed).Failure);
    }

    [Theory]
    [InlineData(new int[0])]
    [InlineData(new[] { 1 })]
    [InlineData(new[] { 0, 0, 3 })]
    [InlineData(new[] { 1, 2, 0, 0, 40, 300, 1 })]
    public void SeedText_Choices_ComeBack(int[] choices)
    {
        string seed = SeedText.Write("a1-", choices, 12345);
        (List<int> read, uint check) = SeedText.Read("a1-", seed);
        Assert.Equal(choices, read);
        Assert.True(SeedText.Fits(check, 12345));
        Assert.False(SeedText.Fits(check, 12346));
    }

    [Fact]
    public void SeedText_LongQuietSchedule_IsShort() =>
        Assert.InRange(SeedText.Write("a1-", [.. Enumerable.Repeat(0, 1_000), 1], 1).Length, 10, 18);
}
