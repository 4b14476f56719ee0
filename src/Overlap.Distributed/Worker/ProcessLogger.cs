using Microsoft.Extensions.Logging;

namespace Overlap.Distributed.Worker;

/// <summary>What a call logs in its process: it goes to the worker, in order with what the call reports, and from there into the worker's log.</summary>
/// <param name="report">Sends it.</param>
/// <param name="least">The least level that the worker's log keeps: what is below it is not sent.</param>
internal sealed class ProcessLogger(IProgress<byte[]> report, LogLevel least) : ILogger
{
    // A line is for people, and a process that logs a book must not hold up the answers of others.
    private const int LongestText = 8_192;

    /// <summary>The least level that a log keeps.</summary>
    public static LogLevel LeastOf(ILogger logger)
    {
        LogLevel level = LogLevel.Trace;
        while (level < LogLevel.None && !logger.IsEnabled(level))
        {
            level++;
        }

        return level;
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= least && logLevel < LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            report.Report(ProcessReply.WriteLog(logLevel, eventId.Id, Cut(formatter(state, exception)), exception is null ? null : Cut(exception.Message), exception is null ? null : Cut(exception.ToString())));
        }
    }

    private static string Cut(string text) => text.Length <= LongestText ? text : text[..LongestText];
}
