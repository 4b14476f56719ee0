using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

public sealed class LimitTrialTests
{
    [Fact]
    public void Add_MoreIsClearlyFaster_IsBetterAfterOneTurn() => Assert.Equal((true, 1), Run(isUp: true, noise: 0.01, gain: 0.2));

    [Fact]
    public void Add_MoreIsNoFaster_IsNotBetter() => Assert.Equal((false, 1), Run(isUp: true, noise: 0.01, gain: 0));

    [Fact]
    public void Add_MoreIsALittleFaster_StaysAfterEightTurns() => Assert.Equal((false, 8), Run(isUp: true, noise: 0.1, gain: 0.05));

    [Fact]
    public void Add_FewerLosesNothing_IsBetter() => Assert.Equal((true, 1), Run(isUp: false, noise: 0.01, gain: 0));

    [Fact]
    public void Add_FewerLosesATwentieth_IsNotBetter() => Assert.Equal((false, 1), Run(isUp: false, noise: 0.01, gain: -0.05));

    [Fact]
    public void Add_EverythingBecomesSlowerMeanwhile_FallsOutOfTheComparison()
    {
        // A tenth slower with each stretch, whichever limit it is under.
        LimitTrial trial = new(20, isUp: true, noise: 0.01, before: 0);
        Assert.Null(trial.Add(-0.1));
        Assert.False(trial.Add(-0.2));
        Assert.Equal(0, trial.Gain, 6);
    }

    [Fact]
    public void IsOthersTurn_Always_InTurns()
    {
        LimitTrial trial = new(20, isUp: true, noise: 0.5, before: 0);
        Assert.True(trial.IsOthersTurn);
        _ = trial.Add(0.3);
        Assert.False(trial.IsOthersTurn);
        _ = trial.Add(0);
        Assert.True(trial.IsOthersTurn);
    }

    private static (bool Better, int Turns) Run(bool isUp, double noise, double gain)
    {
        LimitTrial trial = new(20, isUp, noise, before: 0);
        for (int turn = 1; ; turn++)
        {
            Assert.Null(trial.Add(Math.Log(1 + gain)));
            if (trial.Add(0) is { } better)
            {
                return (better, turn);
            }
        }
    }
}
