using System.Diagnostics;

namespace Overlap.Cli.Tests.Commands;

/// <summary>Ends a process for which a test waits in vain, and with it every wait for it: a program that hangs is a failure and no endless run.</summary>
internal sealed class Patience : IDisposable
{
    /// <summary>Far longer than anything takes on a machine that has much else to do.</summary>
    public static readonly TimeSpan Usual = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly CancellationTokenSource _time = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    private readonly CancellationTokenSource _end = new();
    private readonly CancellationTokenRegistration _registration;

    public Patience(Process process, TimeSpan? limit = null)
    {
        _process = process;
        _registration = _time.Token.UnsafeRegister(static state => ((Patience)state!).End(), this);
        _time.CancelAfter(limit ?? Usual);
    }

    /// <summary>For waits that could outlive the process, such as those for a pipe that its children hold.</summary>
    public CancellationToken Token => _end.Token;

    /// <summary>Waits for the end of a process, and reads what it prints meanwhile.</summary>
    public async Task<(int ExitCode, string Output, string Error)> WaitAsync(Process process)
    {
        Task<string> output = process.StartInfo.RedirectStandardOutput ? process.StandardOutput.ReadToEndAsync(Token) : Task.FromResult("");
        Task<string> error = process.StartInfo.RedirectStandardError ? process.StandardError.ReadToEndAsync(Token) : Task.FromResult("");
        await process.WaitForExitAsync(Token);
        return (process.ExitCode, await output, await error);
    }

    public void Dispose()
    {
        // Waits for an end that has begun: what it ends is disposed of next.
        _registration.Dispose();
        _time.Dispose();
        _end.Dispose();
    }

    // The process first: whoever waits goes on inside the cancellation, and may dispose of it.
    private void End()
    {
        _process.Kill(entireProcessTree: true);
        _end.Cancel();
    }
}
