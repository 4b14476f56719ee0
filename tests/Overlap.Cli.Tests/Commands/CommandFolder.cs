namespace Overlap.Cli.Tests.Commands;

/// <summary>A folder for a test of commands, with the pipes by which they say that they are up and hear that they may go on.</summary>
internal sealed class CommandFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CommandFolder()
    {
        Up = new TalkingPipe(PathOf("up"));
        Go = new TalkingPipe(PathOf("go"));
    }

    public TalkingPipe Up { get; }

    public TalkingPipe Go { get; }

    /// <summary>A shell's command that says its item and waits for a word.</summary>
    public string UpThenGo => $"echo {{}} > {Up.Path}; read word < {Go.Path}";

    public string PathOf(string name) => _folder.PathOf(name);

    public void Dispose()
    {
        Up.Dispose();
        Go.Dispose();
        _folder.Dispose();
    }
}
