using Overlap.Executors;

namespace Overlap.Tests.Executors;

/// <summary>
/// The table of function forms that bind to the verbs without a cast or a type argument. That this file compiles is the test;
/// that each line gives the right value shows that it bound to the right overload.
/// </summary>
public sealed class DelegateBindingTests : IAsyncDisposable
{
    private static readonly int[] Items = [1, 2, 3];

    private readonly InlineExecutor _executor = new();
    private int _sum;

    public ValueTask DisposeAsync() => _executor.DisposeAsync();

    [Fact]
    public async Task MapAsync_EveryFormWithAResult_Binds()
    {
        int offset = 1;
        IAsyncEnumerable<long>[] maps =
        [
            _executor.MapAsync(Items, Plus),
            _executor.MapAsync(Items, PlusWithToken),
            _executor.MapAsync(Items, PlusTask),
            _executor.MapAsync(Items, PlusTaskWithToken),
            _executor.MapAsync(Items, PlusValueTask),
            _executor.MapAsync(Items, PlusValueTaskWithToken),
            _executor.MapAsync([1, 2, 3], Plus),
            _executor.MapAsync(Items, x => x + 1L),
            _executor.MapAsync(Items, static x => x + 1L),
            _executor.MapAsync(Items, x => (long)x + offset),
            _executor.MapAsync(Items, (x, _) => x + 1L),
            _executor.MapAsync(Items, async x =>
            {
                await Task.Yield();
                return x + 1L;
            }),
            _executor.MapAsync(Items, async (x, token) =>
            {
                await Task.Delay(TimeSpan.Zero, TimeProvider.System, token);
                return (long)x + offset;
            }),
            _executor.MapAsync(Items, x => Task.FromResult(x + 1L)),
            _executor.MapAsync(Items, (x, _) => Task.FromResult(x + 1L)),
            _executor.MapAsync(Items, x => new ValueTask<long>(x + 1L)),
            _executor.MapAsync(Items, (x, _) => new ValueTask<long>(x + 1L)),
            _executor.MapAsync(Items.ToAsyncEnumerable(), Plus),
            _executor.MapAsync(Items.ToAsyncEnumerable(), PlusTaskWithToken),
            _executor.MapAsync(Items.ToAsyncEnumerable(), async x => await PlusTask(x)),
            _executor.MapAsync(Items.Where(static x => x > 0), PlusValueTask),
            _executor.MapAsync(new HashSet<int>(Items), Plus),
        ];
        foreach (IAsyncEnumerable<long> map in maps)
        {
            Assert.Equal([2L, 3L, 4L], await map.ToListAsync());
        }
    }

    [Fact]
    public async Task AsCompletedAsync_EveryFormWithAResult_Binds()
    {
        IAsyncEnumerable<CompletedCall<int, long>>[] streams =
        [
            _executor.AsCompletedAsync(Items, Plus),
            _executor.AsCompletedAsync(Items, PlusWithToken),
            _executor.AsCompletedAsync(Items, PlusTask),
            _executor.AsCompletedAsync(Items, PlusTaskWithToken),
            _executor.AsCompletedAsync(Items, PlusValueTask),
            _executor.AsCompletedAsync(Items, PlusValueTaskWithToken),
            _executor.AsCompletedAsync(Items, x => x + 1L),
            _executor.AsCompletedAsync(Items, async x => await PlusTask(x)),
            _executor.AsCompletedAsync(Items.ToAsyncEnumerable(), PlusValueTask),
        ];
        foreach (IAsyncEnumerable<CompletedCall<int, long>> stream in streams)
        {
            Assert.Equal([2L, 3L, 4L], await stream.Select(static call => call.Outcome.Value).ToListAsync());
        }
    }

    [Fact]
    public async Task ForEachAsync_EveryFormWithoutAResult_Binds()
    {
        Task[] tasks =
        [
            _executor.ForEachAsync(Items, Add),
            _executor.ForEachAsync(Items, AddWithToken),
            _executor.ForEachAsync(Items, AddTask),
            _executor.ForEachAsync(Items, AddTaskWithToken),
            _executor.ForEachAsync(Items, AddValueTask),
            _executor.ForEachAsync(Items, AddValueTaskWithToken),
            _executor.ForEachAsync(Items, x => Add(x)),
            _executor.ForEachAsync(Items, (x, _) => Add(x)),
            _executor.ForEachAsync(Items, async x =>
            {
                await Task.Yield();
                Add(x);
            }),
            _executor.ForEachAsync(Items, async (x, _) => await AddTask(x)),
            _executor.ForEachAsync(Items.ToAsyncEnumerable(), AddTask),
            _executor.ForEachAsync([1, 2, 3], Add),
        ];
        await Task.WhenAll(tasks);
        Assert.Equal(6 * tasks.Length, _sum);
    }

    [Fact]
    public async Task SubmitAsync_EveryForm_Binds()
    {
        Task<long>[] results =
        [
            _executor.SubmitAsync(Plus, 1),
            _executor.SubmitAsync(PlusWithToken, 1),
            _executor.SubmitAsync(PlusTask, 1),
            _executor.SubmitAsync(PlusTaskWithToken, 1),
            _executor.SubmitAsync(PlusValueTask, 1),
            _executor.SubmitAsync(PlusValueTaskWithToken, 1),
            _executor.SubmitAsync(x => x + 1L, 1),
            _executor.SubmitAsync(async x => await PlusTask(x), 1),
            _executor.SubmitAsync(Two),
            _executor.SubmitAsync(TwoTask),
            _executor.SubmitAsync(TwoWithToken),
            _executor.SubmitAsync(() => 2L),
            _executor.SubmitAsync(_ => 2L),
            _executor.SubmitAsync(async () => await PlusTask(1)),
            _executor.SubmitAsync(async token => await PlusTaskWithToken(1, token)),
            _executor.SubmitAsync(() => new ValueTask<long>(2L)),
        ];
        Assert.All(await Task.WhenAll(results), static result => Assert.Equal(2L, result));

        Task[] ends =
        [
            _executor.SubmitAsync(Add, 1),
            _executor.SubmitAsync(AddWithToken, 1),
            _executor.SubmitAsync(AddTask, 1),
            _executor.SubmitAsync(AddTaskWithToken, 1),
            _executor.SubmitAsync(AddValueTask, 1),
            _executor.SubmitAsync(AddValueTaskWithToken, 1),
            _executor.SubmitAsync(AddOne),
            _executor.SubmitAsync(() => { AddOne(); }),
            _executor.SubmitAsync(async () =>
            {
                await Task.Yield();
                AddOne();
            }),
            _executor.SubmitAsync(async _ => await AddTask(1)),
        ];
        await Task.WhenAll(ends);
        Assert.Equal(ends.Length, _sum);
    }

    private static long Plus(int x) => x + 1;

    private static long PlusWithToken(int x, CancellationToken cancellationToken) => x + 1;

    private static async Task<long> PlusTask(int x)
    {
        await Task.Yield();
        return x + 1;
    }

    private static async Task<long> PlusTaskWithToken(int x, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return x + 1;
    }

    private static async ValueTask<long> PlusValueTask(int x)
    {
        await Task.Yield();
        return x + 1;
    }

    private static async ValueTask<long> PlusValueTaskWithToken(int x, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return x + 1;
    }

    private static long Two() => 2;

    private static Task<long> TwoTask() => Task.FromResult(2L);

    private static long TwoWithToken(CancellationToken cancellationToken) => 2;

    private void Add(int x) => _sum += x;

    private void AddOne() => _sum++;

    private void AddWithToken(int x, CancellationToken cancellationToken) => _sum += x;

    private async Task AddTask(int x)
    {
        await Task.Yield();
        _sum += x;
    }

    private async Task AddTaskWithToken(int x, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _sum += x;
    }

    private async ValueTask AddValueTask(int x)
    {
        await Task.Yield();
        _sum += x;
    }

    private async ValueTask AddValueTaskWithToken(int x, CancellationToken cancellationToken)
    {
        await Task.Yield();
        _sum += x;
    }
}
