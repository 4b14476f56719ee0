namespace Overlap.Cli.Tests.Completions;

/// <summary>Real shells complete real lines.</summary>
public sealed class ShellCompletionTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("overlap pag\t", "<pages>")]
    [InlineData("overlap pages --model thr\t", "<pages><--model><threads>")]
    [InlineData("overlap pages --model=thr\t", "<pages><--model=threads>")]
    [InlineData("overlap compare pag\t --dela\t 5ms", "<compare><pages><--delay><5ms>")]
    [InlineData("overlap compare pages --models=inline,thr\t", "<compare><pages><--models=inline,threads>")]
    [InlineData("overlap timeline my\t", "<timeline><my run.json>")]
    [InlineData("overlap fetch --out pic\t", "<fetch><--out><pictures/>")]
    [InlineData("overlap run -j 4 -- gunz\t", "<run><-j><4><--><gunzip>")]
    [InlineData("overlap run -j 4 gunz\t url\t", "<run><-j><4><gunzip><urls.txt>")]
    [InlineData("overlap dead-letters req\t", "<dead-letters><requeue>")]
    [InlineData("overlap pages --halt soon,succ\t", "<pages><--halt><soon,success=1>")]
    [InlineData("overlap help compl\t", "<help><completion>")]
    public async Task Bash_Tab_Completes(string line, string words) => Assert.Equal(words, await _shell.TypeAtBashAsync(line));

    [Fact]
    public async Task Bash_ValueAfterEqualsSignBeforeACommand_DoesNotSwallowTheCommand() =>
        Assert.Equal("<run><--joblog=x><gunzip><urls.txt>", await _shell.TypeAtBashAsync("overlap run --joblog=x gunz\t url\t"));

    [Theory]
    [InlineData("overlap pag\t", "<pages>")]
    [InlineData("overlap pages --model thr\t", "<pages><--model><threads>")]
    [InlineData("overlap pages --model=thr\t", "<pages><--model=threads>")]
    [InlineData("overlap compare pag\t --dela\t5ms", "<compare><pages><--delay=5ms>")]
    [InlineData("overlap compare pages --models inline,thr\t", "<compare><pages><--models><inline,threads>")]
    [InlineData("overlap timeline my\t", "<timeline><my run.json>")]
    [InlineData("overlap run -j 4 gunz\t url\t", "<run><-j><4><gunzip><urls.txt>")]
    [InlineData("overlap dead-letters req\t", "<dead-letters><requeue>")]
    public async Task Zsh_Tab_Completes(string line, string words) => Assert.Equal(words, await _shell.TypeAtZshAsync(line));

    [Theory]
    [InlineData("overlap pag", "pages")]
    [InlineData("overlap pages --mod", "--model")]
    [InlineData("overlap pages --model thr", "threads")]
    [InlineData("overlap compare pages --models inline,thr", "inline,threads")]
    [InlineData("overlap timeline my", "my run.json")]
    [InlineData("overlap run -j 4 gunzip url", "urls.txt")]
    [InlineData("overlap dead-letters req", "requeue")]
    public async Task Fish_Asked_OffersJustThat(string line, string offer) => Assert.Equal([offer], await _shell.AskFishAsync(line));

    [Theory]
    [InlineData("overlap pag", "pages")]
    [InlineData("overlap pages --mod", "--model")]
    [InlineData("overlap compare pages --model thr", "threads")]
    [InlineData("overlap dead-letters req", "requeue")]
    public async Task PowerShell_Asked_OffersJustThat(string line, string offer) => Assert.Equal([offer], await _shell.AskPowerShellAsync(line));
}
