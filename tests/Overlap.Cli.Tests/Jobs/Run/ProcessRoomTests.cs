using Overlap.Cli.Jobs.Run.Starts;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class ProcessRoomTests
{
    [Fact]
    public async Task Refuse_OthersRun_AQuarterOfThemMustEndBeforeTheNextIsTried()
    {
        ProcessRoom room = new(100);
        await EnterAsync(room, 9);

        Assert.True(room.Refuse());
        Task next = EnterAsync(room, 1);
        room.Exit();
        room.Exit();
        Assert.False(next.IsCompleted);
        room.Exit();

        await next;
    }

    [Fact]
    public async Task Refuse_NothingElseRuns_SaysSoAndLetsOneTry()
    {
        ProcessRoom room = new(100);
        await EnterAsync(room, 1);

        Assert.False(room.Refuse());

        await EnterAsync(room, 1);
        Task second = EnterAsync(room, 1);
        Assert.False(second.IsCompleted);
        room.Exit();
        await second;
    }

    [Fact]
    public async Task Exit_TenEndedWithoutARefusal_OneMoreIsTried()
    {
        ProcessRoom room = new(100);
        await EnterAsync(room, 1);
        room.Refuse();
        for (int i = 0; i < 10; i++)
        {
            await EnterAsync(room, 1);
            room.Exit();
        }

        await EnterAsync(room, 2);

        Assert.False(EnterAsync(room, 1).IsCompleted);
    }

    [Fact]
    public async Task Exit_ManyEnded_NeverMoreThanAtFirst()
    {
        ProcessRoom room = new(2);
        await EnterAsync(room, 2);
        room.Refuse();
        for (int i = 0; i < 100; i++)
        {
            room.Exit();
            await EnterAsync(room, 1);
        }

        await EnterAsync(room, 1);

        Assert.False(EnterAsync(room, 1).IsCompleted);
    }

    private static async Task EnterAsync(ProcessRoom room, int times)
    {
        for (int i = 0; i < times; i++)
        {
            await room.EnterAsync(TestContext.Current.CancellationToken);
        }
    }
}
