namespace Overlap.Distributed.Sqlite;

/// <summary>Work with a result.</summary>
/// <param name="run">Does it.</param>
/// <param name="committed">Runs when it is in the file, on the lane's thread: it wakes others, and never runs their code.</param>
internal sealed class SqliteWork<T>(Func<SqliteSession, SqliteWork, T> run, Action<T>? committed) : SqliteWork
{
    private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    public Task<T> Done => _done.Task;

    public override void Run(SqliteSession session) => _result = run(session, this);

    public override void Complete()
    {
        committed?.Invoke(_result!);
        _done.TrySetResult(_result!);
    }

    public override void Fail(Exception exception) => _done.TrySetException(exception);
}
