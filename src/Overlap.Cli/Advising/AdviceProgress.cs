using Overlap.Cli.Arguments;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Advising;

/// <summary>Shows what is being tried: in place on a terminal, else one line at the start.</summary>
internal sealed class AdviceProgress : IProgress<string>, IDisposable
{
    /// <summary>The longest that a part of a job is measured for.</summary>
    public static readonly TimeSpan LongestShare = TimeSpan.FromMinutes(10);

    private readonly Terminal _terminal;
    private readonly string _job;
    private readonly string _limit;
    private readonly long _startedAt;

    public AdviceProgress(Terminal terminal, string job, Budget? budget)
    {
        _terminal = terminal;
        _job = job;
        _limit = budget switch
        {
            { Share: { } share } => $"{Text.Percent(share)} of the job's time",
            { Time: { } time } => Text.Seconds(time),
            _ => "10 s",
        };
        _startedAt = terminal.TimeProvider.GetTimestamp();
        if (!terminal.CanRedraw)
        {
            terminal.Messages.WriteLine($"overlap: measuring {job} for up to {_limit}; its items are done for real");
        }
    }

    public void Report(string value)
    {
        if (_terminal.CanRedraw)
        {
            string line = $"{_job}: {value} · {_terminal.TimeProvider.GetElapsedTime(_startedAt).TotalSeconds:0} s of {_limit}";
            _terminal.Messages.SetStatus(line.Length < _terminal.Width ? line : line[..(_terminal.Width - 1)]);
        }
    }

    public void Dispose()
    {
        if (_terminal.CanRedraw)
        {
            _terminal.Messages.SetStatus("");
        }
    }
}
