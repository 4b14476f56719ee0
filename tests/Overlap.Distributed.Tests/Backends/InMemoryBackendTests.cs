using Overlap.Contracts;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Backends;

public sealed class InMemoryBackendTests : BackendContract
{
    private readonly VirtualTimeProvider _clock = new();

    [Fact]
    public async Task ReadAsync_Expired_IsNothing()
    {
        await using InMemoryBackend backend = new(new InMemoryBackendOptions { Expiry = TimeSpan.FromHours(1), TimeProvider = _clock });
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        _clock.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(await backend.ReadAsync("id-1"));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await backend.ReadAsync("id-1"));
    }

    [Fact]
    public async Task StoreAsync_EndedAndExpired_IsANewStory()
    {
        await using InMemoryBackend backend = new(new InMemoryBackendOptions { Expiry = TimeSpan.FromHours(1), TimeProvider = _clock });
        await backend.StoreAsync(new[] { Success("id-1", 4) });
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal([true], await backend.StoreAsync(new[] { Document("id-1", TaskState.Started) }));
    }

    protected override ValueTask<IResultBackend> CreateAsync() => new(new InMemoryBackend(new InMemoryBackendOptions { TimeProvider = _clock }));
}
