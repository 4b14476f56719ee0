using Overlap.Processes;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

public class CrossingTests
{
    [Fact]
    public void Read_Token_IsTheOneTheBorderKnows()
    {
        using CancellationTokenSource source = new();
        Assert.Equal(source.Token, Travel.Once(source.Token));
        Assert.False(Travel.Once(CancellationToken.None).CanBeCanceled);
    }

    [Fact]
    public void Write_TokenFromTheWorker_Throws()
    {
        using CancellationTokenSource source = new();
        PayloadWriter writer = new(new TestBorder { IsWorkerSide = true });
        Assert.Throws<NotPortableException>(() => new ValueCodecs().Of<CancellationToken>().Write(writer, source.Token));
    }

    [Fact]
    public void Read_TokenOnThePoolsSide_Throws() => Assert.Throws<PayloadException>(() =>
    {
        PayloadReader reader = new(BitConverter.GetBytes(1L), new TestBorder());
        return new ValueCodecs().Of<CancellationToken>().Read(ref reader);
    });

    [Fact]
    public void Report_OnTheWorkersCopy_ReachesTheReceiver()
    {
        Log log = new();
        IProgress<Item> copy = Travel.Once<IProgress<Item>>(log);
        copy.Report(new Item(1, 2, "a", true));
        copy.Report(new Item(2, 2, "b", true));
        Assert.Equal([new Item(1, 2, "a", true), new Item(2, 2, "b", true)], log.Reports);
        Assert.Null(Travel.Once<IProgress<int>?>(null));
    }

    [Fact]
    public void Report_OnTheCopyOfAProgress_ReachesTheReceiver()
    {
        Direct direct = new();
        IProgress<int> copy = Travel.Once<Progress<int>>(direct);
        copy.Report(5);
        Assert.Equal(5, direct.Last);
    }

    [Fact]
    public void Write_ProgressFromTheWorker_Throws()
    {
        PayloadWriter writer = new(new TestBorder { IsWorkerSide = true });
        Assert.Throws<NotPortableException>(() => new ValueCodecs().Of<IProgress<Item>>().Write(writer, new Log()));
    }

    private sealed class Log : IProgress<Item>
    {
        public List<Item> Reports { get; } = [];

        public void Report(Item value) => Reports.Add(value);
    }

    private sealed class Direct : Progress<int>
    {
        public int Last { get; private set; }

        protected override void OnReport(int value) => Last = value;
    }
}
