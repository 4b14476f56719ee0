using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Tasks;

public sealed class TaskRegistryTests
{
    private delegate int ByReference(ref int value);

    [Fact]
    public void Add_NameIsTaken_IsRefused()
    {
        TaskRegistry registry = new TaskRegistry().Add("tasks.a", () => 1);

        Assert.Throws<ArgumentException>(() => registry.Add("tasks.a", () => 2));
    }

    [Fact]
    public void Add_ParameterByReference_IsRefused() =>
        Assert.Throws<ArgumentException>(static () => new TaskRegistry().Add("tasks.a", new ByReference(static (ref int value) => value)));

    [Fact]
    public async Task InvokeAsync_EveryForm_GivesItsResult()
    {
        Assert.Equal((WireValue)1, await InvokeAsync(() => 1));
        Assert.Equal((WireValue)2, await InvokeAsync(() => Task.FromResult(2)));
        Assert.Equal((WireValue)3, await InvokeAsync(() => ValueTask.FromResult(3)));
        Assert.Equal(WireValue.Null, await InvokeAsync(() => { }));
        Assert.Equal(WireValue.Null, await InvokeAsync(() => Task.CompletedTask));
        Assert.Equal(WireValue.Null, await InvokeAsync(() => ValueTask.CompletedTask));
        Assert.Equal(WireValue.Null, await InvokeAsync(string? () => null));
    }

    [Fact]
    public async Task InvokeAsync_NamesAsPythonWritesThem_AreFound() =>
        Assert.Equal((WireValue)"u1", await InvokeAsync((string userId) => userId, new WireMap([new("user_id", "u1")])));

    [Fact]
    public async Task InvokeAsync_DefaultsOfAllKinds_AreUsed() => Assert.Equal(
        (WireValue)"1 x Friday none ",
        await InvokeAsync((int a = 1, string b = "x", DayOfWeek c = DayOfWeek.Friday, int? d = null, string? e = null) => $"{a} {b} {c} {d?.ToString() ?? "none"} {e}"));

    [Fact]
    public async Task InvokeAsync_TwoMissing_NamesBoth()
    {
        TaskArgumentException exception = await Assert.ThrowsAsync<TaskArgumentException>(() => InvokeAsync((int a, int b) => a + b).AsTask());

        Assert.Equal("t() missing 2 required positional arguments: 'a' and 'b'", exception.Message);
    }

    private static async ValueTask<WireValue> InvokeAsync(Delegate function, WireMap? kwargs = null)
    {
        Assert.True(new TaskRegistry().Add("t", function).TryGet("t", out TaskDefinition? definition));
        TaskMessage message = new() { Task = "t", Id = "id", Kwargs = kwargs ?? WireMap.Empty };
        TaskContext context = new(message, WireConverter.Default, TimeProvider.System, null, null, CancellationToken.None);
        return await definition.InvokeAsync(context, WireConverter.Default);
    }
}
