using System.Text.Json;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Hosting;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Hosting;

public sealed class LineLogTests : IDisposable
{
    private readonly StringWriter _lines = new() { NewLine = "\n" };

    public void Dispose() => _lines.Dispose();

    [Theory]
    [InlineData(LogLevel.Information, "")]
    [InlineData(LogLevel.Warning, "overlap: warning: it happened\n")]
    [InlineData(LogLevel.Error, "overlap: error: it happened\n")]
    public void Log_Level_FromWarningOn(LogLevel level, string expected)
    {
        Log(isJson: false, level, "it happened", null);

        Assert.Equal(expected, _lines.ToString());
    }

    [Fact]
    public void Log_ControlCharacters_StayOnOneLine()
    {
        Log(isJson: false, LogLevel.Error, "a\nb\e[31mc", null);

        Assert.Equal("overlap: error: a b [31mc\n", _lines.ToString());
    }

    [Fact]
    public void Log_ExceptionThatTheTextDoesNotTell_IsTold()
    {
        Log(isJson: false, LogLevel.Error, "it failed", new IOException("disk full\nat night"));

        Assert.Equal("overlap: error: it failed: disk full\n", _lines.ToString());
    }

    [Fact]
    public void Log_ExceptionThatTheTextTells_IsNotTwice()
    {
        Log(isJson: false, LogLevel.Error, "it failed: disk full", new IOException("disk full"));

        Assert.Equal("overlap: error: it failed: disk full\n", _lines.ToString());
    }

    [Fact]
    public void Log_Json_OneObject()
    {
        Log(isJson: true, LogLevel.Error, "it\nfailed", new IOException("disk full"));

        using JsonDocument line = JsonDocument.Parse(Assert.Single(_lines.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal("it\nfailed", line.RootElement.GetProperty("message").GetString());
        Assert.Equal(7, line.RootElement.GetProperty("event").GetInt32());
        Assert.Contains("disk full", line.RootElement.GetProperty("exception").GetString(), StringComparison.Ordinal);
    }

    private void Log(bool isJson, LogLevel level, string message, Exception? exception)
    {
        using LineLog log = new(_lines, isJson, new VirtualTimeProvider());
        log.CreateLogger("tests").Log(level, new EventId(7), message, exception, static (text, _) => text);
    }
}
