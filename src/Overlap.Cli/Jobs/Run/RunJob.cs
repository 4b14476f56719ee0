using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Jobs.Run.Inputs;
using Overlap.Cli.Jobs.Run.Starts;
using Overlap.Cli.Jobs.Run.Templates;
using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Cli.Jobs.Run;

/// <summary>The job of <c>overlap run</c>: one command for every item.</summary>
internal sealed partial class RunJob : Job<RunItem>
{
    // So many commands can be asked for while the run goes on, whatever it began with.
    private const int LeastWidth = 1_024;

    // A read of standard input blocks a thread of the pool; others must be there at once.
    private const int LeastPoolThreads = 8;

    private readonly RunOptions _options;
    private readonly RunSession _session;
    private readonly TimeProvider _timeProvider;
    private readonly ItemSource _source;
    private readonly AttemptTimes _times;
    private readonly int _mostChildren = DescriptorLimit.MostChildren();
    private readonly ConcurrentStack<WordBlock> _blocks = new();

    // Written once before the first item is given.
    private CommandTemplate? _template;
    private byte[]? _program;

    // Written once by PrepareAsync.
    private StartGate? _gate;
    private ChildSpawner? _spawner;
    private ChildWatcher? _watcher;

    private CancellationToken _starting;

    public RunJob(RunOptions options, RunSession session, TimeProvider timeProvider)
    {
        _options = options;
        _session = session;
        _timeProvider = timeProvider;
        _source = new ItemSource(options.Input);
        _times = new AttemptTimes(options.Attempts);
    }

    public override string Name => "run";

    /// <inheritdoc/>
    public override string Template => string.Join('\0', [Name, _options.Shell ? "shell" : "", .. _options.Words]);

    public override IReadOnlyList<string> FieldNames => ["exit", "signal"];

    public override bool OwnsAttempts => true;

    public override long? ItemCount => _source.Count;

    public override IReadOnlyList<ExecutionModel> Models { get; } = [ExecutionModel.Inline, ExecutionModel.Async];

    /// <inheritdoc/>
    public override int DefaultWorkers(ExecutionModel model) => Environment.ProcessorCount;

    /// <inheritdoc/>
    public override int MostInWork(int workers) => Math.Max(LeastWidth, 2 * workers);

    /// <inheritdoc/>
    public override ValueTask PrepareAsync(ExecutionModel model, int workers, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new RunException(ExitCode.Environment, "run needs Linux: it watches commands by handles that other systems do not have");
        }

        if (!_options.Input.HasHeader && CommandTemplate.Create(_options.Words, _options.Shell, []).FixedProgram is { } fixedProgram)
        {
            _program = Find(fixedProgram);
        }

        ThreadPool.GetMinThreads(out int least, out int ports);
        _ = ThreadPool.SetMinThreads(Math.Max(least, LeastPoolThreads), ports);
        _spawner = new ChildSpawner(_options.Nice, _timeProvider);
        _watcher = new ChildWatcher(_timeProvider, _times.HasLimit ? _times.Limit : null);
        _gate = new StartGate(workers, _options.Starts, new MachineState(), _timeProvider, _session.Say);
        _session.Attach(_gate, _watcher, model == ExecutionModel.Inline ? 1 : MostInWork(workers) / 2);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<RunItem> ReadItemsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (RunItem item in _source.ReadAsync(cancellationToken))
        {
            _template ??= CommandTemplate.Create(_options.Words, _options.Shell, _source.Names);
            yield return item;
        }
    }

    /// <inheritdoc/>
    public override ValueTask WaitToStartAsync(CancellationToken cancellationToken)
    {
        _starting = cancellationToken;
        return _gate!.EnterAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override string KeyOf(RunItem item) => item.Key;

    /// <inheritdoc/>
    public override string LabelOf(RunItem item) => item.Label;

    /// <inheritdoc/>
    public override string DescribeOf(RunItem item) => PrintableText.Of(Encoding.UTF8.GetBytes(_template!.Describe(item)), int.MaxValue / 8);

    /// <inheritdoc/>
    public override ItemResult Execute(RunItem item, CancellationToken cancellationToken) =>
        ExecuteAsync(item, cancellationToken).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async ValueTask<ItemResult> ExecuteAsync(RunItem item, CancellationToken cancellationToken)
    {
        bool hasPlace = true;
        bool isTold = false;
        try
        {
            using TimeLimit whole = new(_options.Attempts.MaxTime, _timeProvider, cancellationToken);
            for (int attempt = 1; ; attempt++)
            {
                ItemResult result = await AttemptAsync(item, attempt, whole.Token, cancellationToken);
                if (result.Status != ItemStatus.Failed || attempt > _options.Attempts.Retries || whole.Token.IsCancellationRequested)
                {
                    isTold = result.Status != ItemStatus.NotDone;
                    return result;
                }

                // Another item may have the place meanwhile.
                _gate!.Exit();
                hasPlace = false;
                SpanRecorder? recorder = SpanRecorder.Current;
                long pausedAt = recorder?.GetTimestamp() ?? 0;
                await Task.Delay(RetryPause.After(attempt), _timeProvider, _starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (_starting.IsCancellationRequested || !await TryEnterAsync())
                {
                    return NotDone(item);
                }

                recorder?.AddPhase(SpanPhase.Retrying, pausedAt);

                hasPlace = true;
            }
        }
        finally
        {
            if (!isTold)
            {
                _session.Printer.Drop(item.Sequence);
            }

            if (hasPlace)
            {
                _gate!.Exit();
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _session.Attach(null, null, 1);
        _watcher?.Dispose();
        _spawner?.Dispose();
        while (_blocks.TryPop(out WordBlock? block))
        {
            block.Dispose();
        }

        return base.DisposeAsync();
    }

    private static byte[] Find(string program) =>
        ProgramPath.TryFind(program, out byte[] path) is { } problem ? throw new RunException(ExitCode.Environment, problem) : path;

    private static ItemResult NotDone(RunItem item) => new() { Item = item.Label, Status = ItemStatus.NotDone };

    private async ValueTask<bool> TryEnterAsync()
    {
        try
        {
            await _gate!.EnterAsync(_starting);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
