using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>Keeps what is logged, from a level on.</summary>
internal sealed class LogBook(LogLevel least) : ILoggerFactory
{
    private readonly ConcurrentQueue<Entry> _entries = new();

    private LogLevel Least => least;

    public Entry[] Entries => [.. _entries];

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public ILogger CreateLogger(string categoryName) => new Writer(this, categoryName);

    public void Dispose()
    {
    }

    public sealed record Entry(string Category, LogLevel Level, int Number, string Text, Exception? Exception);

    private sealed class Writer(LogBook book, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= book.Least && logLevel < LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                book._entries.Enqueue(new Entry(category, logLevel, eventId.Id, formatter(state, exception), exception));
            }
        }
    }
}
