using System.Text;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Jobs.Run;

/// <summary>What is sent to all commands comes while one is being started: it was missed by that one.</summary>
public sealed class SignalWhileStartingTests : IDisposable
{
    private readonly ChildSpawner _spawner = new(nice: 0, TimeProvider.System);
    private readonly ChildWatcher _watcher = new(TimeProvider.System, limit: null);
    private readonly WordBlock _words = new();

    public SignalWhileStartingTests()
    {
        _words.AddWord("sleep"u8);
        _words.AddWord("1000"u8);
    }

    public void Dispose()
    {
        _watcher.Dispose();
        _spawner.Dispose();
        _words.Dispose();
    }

    [Fact]
    public async Task Pause_WhileACommandStarts_StopsItBeforeTheProgram()
    {
        bool isAsked = false;
        Child child = StartWhile(() => _watcher.Pause(() => isAsked = true));
        await ProcessState.UntilAsync(() => ProcessState.Of(child.ProcessId) == 'T');

        Assert.True(isAsked);
        await EndAsync(child);
    }

    [Fact]
    public async Task KillAll_WhileACommandStarts_KillsIt()
    {
        Child child = StartWhile(() => _watcher.SignalAll(CliProcess.Kill));
        await _watcher.WatchAsync(child);

        Assert.Equal(CliProcess.Kill, (await child.End.WaitAsync(Patience.Usual)).Signal);
    }

    // Starts a command, during which another thread does something until it is done or waits for the start.
    private Child StartWhile(Action act)
    {
        Thread other = new(() => act());
        SlowSpawner slow = new(_spawner, () =>
        {
            other.Start();
            SpinWait.SpinUntil(() => other.ThreadState is ThreadState.WaitSleepJoin or ThreadState.Stopped);
        });
        Child child = _watcher.TryStart(slow, Encoding.UTF8.GetBytes("/bin/sleep\0"), _words, 1, OutputRouting.Discarded, null, out int error)!;
        Assert.Equal(0, error);
        other.Join();
        return child;
    }

    private async Task EndAsync(Child child)
    {
        await _watcher.WatchAsync(child);
        _watcher.SignalAll(CliProcess.Kill);
        await child.End.WaitAsync(Patience.Usual);
    }

    /// <summary>Does something after a command was started and before anybody knows of it.</summary>
    private sealed class SlowSpawner(IChildSpawner inner, Action between) : IChildSpawner
    {
        public Child? TrySpawn(byte[] program, WordBlock words, long sequence, OutputRouting routing, IChildOutput? output, out int error)
        {
            Child? child = inner.TrySpawn(program, words, sequence, routing, output, out error);
            between();
            return child;
        }

        public void Dispose() => inner.Dispose();
    }
}
