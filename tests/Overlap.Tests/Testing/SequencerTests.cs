using Overlap.Testing;

namespace Overlap.Tests.Testing;

public class SequencerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WaitForStepAsync_PartiesComeInAnyOrder_StepsRunInOrder()
    {
        var sequence = new Sequencer();
        var order = new List<int>();

        await Task.WhenAll(new[] { 4, 2, 0, 3, 1 }.Select(async step =>
        {
            using (await sequence.WaitForStepAsync(step, Token))
            {
                order.Add(step);
            }
        }));

        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public async Task WaitForStepAsync_StepNotEnded_NextDoesNotBegin()
    {
        var sequence = new Sequencer();
        SequencerStep first = await sequence.WaitForStepAsync(0, Token);
        Task<SequencerStep> second = sequence.WaitForStepAsync(1, Token);
        Assert.False(second.IsCompleted);

        first.Dispose();
        first.Dispose();

        Assert.Equal(1, (await second).Number);
        Assert.Equal(1, sequence.CurrentStep);
    }

    [Fact]
    public void WaitForStep_TwoThreads_TakeTurns()
    {
        var sequence = new Sequencer("a", "b", "c");
        var order = new List<string>();
        var other = new Thread(() => Take("b"));
        other.Start();

        Take("a");
        Take("c");
        other.Join();

        Assert.Equal(["a", "b", "c"], order);

        void Take(string name)
        {
            using (sequence.WaitForStep(name, Token))
            {
                order.Add(name);
            }
        }
    }

    [Fact]
    public async Task WaitForStepAsync_NobodyCame_NamesTheMissingStep()
    {
        var sequence = new Sequencer("register", "cancel", "grant") { Patience = TimeSpan.FromMilliseconds(1) };
        (await sequence.WaitForStepAsync("register", Token)).Dispose();

        var exception = await Assert.ThrowsAsync<TimeoutException>(() => sequence.WaitForStepAsync("grant", Token));

        Assert.Contains("Step 2 'grant' did not begin: nobody came to step 1 'cancel'.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WaitForStepAsync_HeldForever_NamesTheStepThatDoesNotEnd()
    {
        var sequence = new Sequencer("hold", "next");
        using SequencerStep held = await sequence.WaitForStepAsync("hold", Token);
        using var source = new CancellationTokenSource();
        Task<SequencerStep> waiting = sequence.WaitForStepAsync("next", source.Token);

        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal("Step 1 'next' did not begin: step 0 'hold' has begun and not ended.", exception.Message);
        Assert.Equal(source.Token, exception.CancellationToken);
    }

    [Fact]
    public async Task WaitForStepAsync_OneWaitCancelled_OthersFailInsteadOfHanging()
    {
        var sequence = new Sequencer("a", "b", "c");
        using var source = new CancellationTokenSource();
        Task<SequencerStep> cancelled = sequence.WaitForStepAsync("b", source.Token);
        Task<SequencerStep> other = sequence.WaitForStepAsync("c", Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var exception = await Assert.ThrowsAsync<SequenceBrokenException>(() => other);
        Assert.Contains("'a'", exception.Reason, StringComparison.Ordinal);
        Assert.True(sequence.IsBroken);
    }

    [Fact]
    public async Task WaitForStepAsync_AlreadyCancelled_WinsOverAFreeTurn()
    {
        var sequence = new Sequencer();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sequence.WaitForStepAsync(0, new CancellationToken(canceled: true)));

        Assert.True(sequence.IsBroken);
    }

    [Fact]
    public async Task Break_PartyComesLater_Throws()
    {
        var sequence = new Sequencer();
        sequence.Break("The first reason.");
        sequence.Break("The second reason.");

        var exception = await Assert.ThrowsAsync<SequenceBrokenException>(() => sequence.WaitForStepAsync(0, Token));

        Assert.Equal("The first reason.", exception.Reason);
    }

    [Fact]
    public async Task WaitForStepAsync_SameStepTwice_Throws()
    {
        var sequence = new Sequencer();
        (await sequence.WaitForStepAsync(0, Token)).Dispose();

        await Assert.ThrowsAsync<InvalidOperationException>(() => sequence.WaitForStepAsync(0, Token));
    }

    [Fact]
    public async Task WaitForStepAsync_UnknownName_Throws() =>
        await Assert.ThrowsAsync<ArgumentException>("name", () => new Sequencer("a").WaitForStepAsync("b", Token));

    [Fact]
    public async Task WaitForStepAsync_BeyondTheNames_Throws() =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>("step", () => new Sequencer("a").WaitForStepAsync(1, Token));

    [Fact]
    public void Constructor_SameNameTwice_Throws() => Assert.Throws<ArgumentException>("names", () => new Sequencer("a", "a"));
}
