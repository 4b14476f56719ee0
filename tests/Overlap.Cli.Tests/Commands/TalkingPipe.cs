using System.Diagnostics;
using System.Text;

namespace Overlap.Cli.Tests.Commands;

/// <summary>A named pipe between a test and the commands that its program runs: they say that they are up, or wait for a word.</summary>
/// <remarks>Open at both ends for as long as the test runs, so that nobody waits for the other side to come and no line is lost. One side writes, the other reads.</remarks>
internal sealed class TalkingPipe : IDisposable
{
    private readonly FileStream _pipe;
    private readonly StreamReader _lines;

    public TalkingPipe(string path)
    {
        using (Process make = Process.Start("mkfifo", path))
        {
            make.WaitForExit();
        }

        Path = path;
        _pipe = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        _lines = new StreamReader(_pipe);
    }

    /// <summary>Its name, for <c>echo up > NAME</c> and <c>read word &lt; NAME</c>.</summary>
    public string Path { get; }

    /// <summary>Says a word to each of so many that wait, or will.</summary>
    public void Say(int times = 1) => _pipe.Write(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("go\n", times))));

    /// <summary>Waits for the next line; the end of the program is a failure and no endless wait.</summary>
    public Task<string> HearAsync(CliProcess process) => HearAsync(process.Ended);

    /// <summary>The same for a program that runs inside the test.</summary>
    /// <param name="ended">Ends with the program.</param>
    public async Task<string> HearAsync(Task ended)
    {
        // Whoever waits here is told of the end by a line, since a read of a pipe cannot be given up.
        Task<string?> line = Task.Run(() => _lines.ReadLine());
        if (await Task.WhenAny(line, ended) != line && !line.IsCompleted)
        {
            _pipe.Write("ended\n"u8);
        }

        string said = (await line)!;
        Assert.NotEqual("ended", said);
        return said;
    }

    public void Dispose() => _lines.Dispose();
}
