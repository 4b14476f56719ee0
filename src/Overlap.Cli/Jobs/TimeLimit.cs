namespace Overlap.Cli.Jobs;

/// <summary>A token that is cancelled with another one, or when a time has passed.</summary>
internal sealed class TimeLimit : IDisposable
{
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource? _either;

    /// <param name="time">The time; <see langword="null"/> for none: then the token is the other one.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="cancellationToken">The other token.</param>
    public TimeLimit(TimeSpan? time, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        Token = cancellationToken;
        if (time is { } value)
        {
            _timer = new CancellationTokenSource(value, timeProvider);
            _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, cancellationToken);
            Token = _either.Token;
        }
    }

    public CancellationToken Token { get; }

    public void Dispose()
    {
        _either?.Dispose();
        _timer?.Dispose();
    }
}
