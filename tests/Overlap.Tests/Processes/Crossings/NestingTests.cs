using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Crossings;

public sealed class NestingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SubmitAsync_PoolsInsideOneAnother_FourWorkAndTheFifthIsRefused()
    {
        await using ProcessPoolExecutor pool = new(1);
        Assert.Equal("4 refused", await pool.SubmitAsync(Descend, 1, Token));
    }

    private static async Task<string> Descend(int depth)
    {
        try
        {
            await using ProcessPoolExecutor pool = new(1);
            return await pool.SubmitAsync(Descend, depth + 1);
        }
        catch (ProcessNestingException)
        {
            return $"{depth} refused";
        }
    }
}
