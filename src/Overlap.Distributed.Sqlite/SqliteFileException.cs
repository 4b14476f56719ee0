using Microsoft.Data.Sqlite;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Sqlite;

/// <summary>A file that could not be used, in one line. Broker and backend give it on as their own.</summary>
/// <param name="message">What was tried, where, and why it did not go.</param>
/// <param name="isTransient">Whether to try again later may help.</param>
/// <param name="innerException">What noticed it.</param>
internal sealed class SqliteFileException(string message, bool isTransient, Exception? innerException = null) : Exception(message, innerException)
{
    // SQLite's primary result codes.
    private const int Error = 1;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int TooBig = 18;
    private const int NotADatabase = 26;

    public bool IsTransient { get; } = isTransient;

    /// <summary>Whether it failed while it was made durable: it may be in the file, or not.</summary>
    public bool IsUncertain { get; init; }

    /// <summary>Whether another program holds the file: then the next attempt would wait as long.</summary>
    public static bool IsBusy(Exception exception) => exception is SqliteException { SqliteErrorCode: Busy or Locked };

    /// <summary>Says in one line what an exception means for a file.</summary>
    public static SqliteFileException Of(Exception exception, string path, bool isUncertain)
    {
        if (exception is SqliteFileException known)
        {
            return known;
        }

        (string why, bool isTransient) = exception is SqliteException failure ? Explain(failure) : ($"cannot be used: {exception.Message.TrimEnd('.')}", exception is IOException);
        return new SqliteFileException($"The queue file {path} {why}.", isTransient, exception) { IsUncertain = isUncertain };
    }

    public BrokerException ForBroker() => IsUncertain
        ? new PublishUncertainException(Message, this) { IsTransient = IsTransient }
        : new BrokerException(Message, this) { IsTransient = IsTransient };

    public BackendException ForBackend() => new(Message, this) { IsTransient = IsTransient };

    private static (string Why, bool IsTransient) Explain(SqliteException failure) => failure.SqliteErrorCode switch
    {
        Busy or Locked => ("is locked by another program", true),
        ReadOnly => ("or its folder is read-only", false),
        IoError => ($"could not be read or written (SQLite error {failure.SqliteExtendedErrorCode})", true),
        Corrupt => ("is damaged: put it aside, or restore it from a copy", false),
        NotADatabase => ("is no SQLite file", false),
        Full => ("has no room left: the disk is full", true),
        CannotOpen => ("cannot be opened: its folder is missing, or may not be entered", false),
        TooBig => ("takes no message of that size", false),
        Error when failure.Message.Contains("no such table", StringComparison.Ordinal) => ("was emptied by another program while it was in use", false),
        _ => ($"gave SQLite error {failure.SqliteExtendedErrorCode}: {failure.Message}", false),
    };
}
