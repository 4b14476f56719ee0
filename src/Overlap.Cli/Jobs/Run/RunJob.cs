using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Overlap.Adaptation;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Jobs.Run.Inputs;
using Overlap.Cli.Jobs.Run.Starts;
using Overlap.Cli.Jobs.Run.Templates;
using Overlap.Cli.Rendering;
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
    private readonly Func<IChildSpawner> _makeSpawner;
    private readonly int _mostDescriptors = DescriptorLimit.MostChildren();
    private readonly int _mostProcesses = ProcessLimit.MostChildren();
    private readonly ProcessRoom _room;
    private readonly ConcurrentStack<WordBlock> _blocks = new();

    // Written once before the first item is given.
    private CommandTemplate? _template;
    private byte[]? _program;

    // Written once by PrepareAsync.
    private StartGate? _gate;
    private IChildSpawner? _spawner;
    private ChildWatcher? _watcher;

    // Written once before that.
    private bool _isAdaptive;
    private TimelineRecorder? _recorder;

    private CancellationToken _starting;

    /// <param name="options">The settings.</param>
    /// <param name="session">What signals, keys and outputs reach.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="makeSpawner">Makes what starts commands; <see langword="null"/> for the system.</param>
    public RunJob(RunOptions options, RunSession session, TimeProvider timeProvider, Func<IChildSpawner>? makeSpawner = null)
    {
        _options = options;
        _session = session;
        _timeProvider = timeProvider;
        _source = new ItemSource(options.Input);
        _times = new AttemptTimes(options.Attempts);
        _makeSpawner = makeSpawner ?? (() => new ChildSpawner(options.Nice, timeProvider));
        _room = new ProcessRoom(MostChildren);
    }

    public override string Name => "run";

    private int MostChildren => Math.Min(_mostDescriptors, _mostProcesses);

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
    public override bool TryAdapt(TimelineRecorder? recorder)
    {
        (_isAdaptive, _recorder) = (true, recorder);
        return true;
    }

    /// <inheritdoc/>
    public override int? Places => _gate?.Places;

    /// <inheritdoc/>
    public override LimitStatus? Adaptation => _gate?.Adaptation;

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
        _spawner = _makeSpawner();
        _watcher = new ChildWatcher(_timeProvider, _times.HasLimit ? _times.Limit : null);
        int places = Math.Min(workers, MostChildren);
        if (places < workers && !_isAdaptive)
        {
            _session.Say($"{Text.Count(places, "command", "commands")} at a time, not {workers:N0}: {(_mostDescriptors < _mostProcesses ? "ulimit -n allows no more descriptors" : "the control group allows no more processes")}");
        }

        AdaptiveLimiter? limiter = _isAdaptive ? CreateLimiter(places) : null;
        _gate = new StartGate(places, limiter, _options.Starts, new MachineState(), _timeProvider, _session.Say);
        _session.Attach(_gate, _watcher, model == ExecutionModel.Inline ? 1 : Math.Min(MostChildren, MostInWork(workers) / 2));
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
        bool hasFailed = false;
        try
        {
            using TimeLimit whole = new(_options.Attempts.MaxTime, _timeProvider, cancellationToken);
            for (int attempt = 1; ; attempt++)
            {
                ItemResult result = await AttemptAsync(item, attempt, whole.Token, cancellationToken);
                hasFailed = result.Status == ItemStatus.Failed;
                if (!hasFailed || attempt > _options.Attempts.Retries || whole.Token.IsCancellationRequested)
                {
                    isTold = result.Status != ItemStatus.NotDone;
                    if (isTold)
                    {
                        // Before the place is given back: in a drawing the next command follows this one, and does not overlap its bookkeeping.
                        SpanRecorder.Current?.End(result.Status == ItemStatus.Failed ? SpanStatus.Failed : SpanStatus.Succeeded);
                    }

                    return result;
                }

                // Another item may have the place meanwhile.
                _gate!.Exit(hasFailed);
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
                _gate!.Exit(hasFailed);
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _session.Attach(null, null, 1);
        _gate?.Dispose();
        _watcher?.Dispose();
        _spawner?.Dispose();
        while (_blocks.TryPop(out WordBlock? block))
        {
            block.Dispose();
        }

        return base.DisposeAsync();
    }

    private AdaptiveLimiter CreateLimiter(int most)
    {
        ChildMemory memory = new(_watcher!, _timeProvider);
        return new AdaptiveLimiter(new AdaptiveLimiterOptions
        {
            Adaptive = Workers.Auto with { Most = most, TimeProvider = _timeProvider },
            OtherMemory = memory.Read,
            Recorder = _recorder,
        });
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
