using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Client;

/// <summary>A result document can name any class; its caller gets the name, and nothing is ever made of it.</summary>
public sealed class DangerousResultTests
{
    [Theory]
    [InlineData("system", "os")]
    [InlineData("Popen", "subprocess")]
    [InlineData("eval", "builtins")]
    [InlineData("Process", "System.Diagnostics")]
    [InlineData("FailFast", "System.Environment")]
    public async Task GetAsync_ResultNamesADangerousClass_CallerGetsItsNameOnly(string type, string module)
    {
        await using InMemoryBroker broker = new();
        await using InMemoryBackend backend = new();
        byte[] raw = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"task_id": "one", "status": "FAILURE", "result": {"exc_type": "{{type}}", "exc_module": "{{module}}", "exc_message": ["/bin/sh"]}, "traceback": null, "children": []}""");
        await backend.StoreAsync(new[] { ResultCodec.Read(raw, ProtocolLimits.Default) });
        TaskHandle<string> handle = new TaskClient(broker, backend).GetHandle<string>("one");

        RemoteTaskException exception = await Assert.ThrowsAsync<RemoteTaskException>(async () => await handle.GetAsync());

        Assert.Equal((type, module), (exception.Error.Type, exception.Error.Module));
        Assert.Null(exception.InnerException);
    }
}
