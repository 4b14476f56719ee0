using System.Runtime.InteropServices;

namespace Overlap.Contracts;

/// <summary>
/// Where the calls of a contract meet and leave word, in whatever process they run: a folder. It travels as its path, and says the same everywhere.
/// </summary>
/// <param name="Folder">The folder's full path.</param>
/// <remarks>
/// A signal is a file, once and for all: who waits later passes at once. A note is a line appended in one write, so the lines of all
/// processes have one order. Nobody looks again and again: a waiter is woken by the system.
/// </remarks>
public sealed record ContractStage(string Folder)
{
    /// <summary>Only a guard against a hang: no test waits for it when all is well.</summary>
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private const int WriteOnly = 1;
    private const int Create = 0x40;
    private const int Append = 0x400;
    private const int CloseOnExec = 0x80000;

    /// <summary>Lets through everybody who waits for a signal, now and later.</summary>
    public void Signal(string name) => File.Create(SignalPath(name)).Dispose();

    /// <summary>Blocks until a signal is given.</summary>
    /// <exception cref="TimeoutException">It was not given; the test would hang.</exception>
    public void Wait(string name) => WaitAsync(name).GetAwaiter().GetResult();

    /// <summary>Waits until a signal is given.</summary>
    /// <exception cref="TimeoutException">It was not given; the test would hang.</exception>
    public async Task WaitAsync(string name, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource given = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using FileSystemWatcher watcher = new(Folder);
        watcher.Created += (_, change) =>
        {
            if (change.Name == Path.GetFileName(SignalPath(name)))
            {
                given.TrySetResult();
            }
        };
        watcher.EnableRaisingEvents = true;

        // Looked at only once the watch stands: what is given in between is seen by one or the other.
        if (!File.Exists(SignalPath(name)))
        {
            await given.Task.WaitAsync(Guard, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Leaves a note behind those that are there.</summary>
    public void Add(string name, string text = "")
    {
        int file = OpenFile(NotesPath(name), WriteOnly | Create | Append | CloseOnExec, 0x180);
        if (file < 0)
        {
            throw new IOException($"{NotesPath(name)}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        byte[] line = System.Text.Encoding.UTF8.GetBytes(text + "\n");
        nint written = WriteFile(file, line, line.Length);
        _ = CloseFile(file);
        Assert.Equal(line.Length, written);
    }

    /// <summary>The notes of a name, in the order in which they were left.</summary>
    public IReadOnlyList<string> Notes(string name) => File.Exists(NotesPath(name)) ? File.ReadAllLines(NotesPath(name)) : [];

    public int Count(string name) => Notes(name).Count;

    // .NET's own appending seeks and then writes: two processes would write over each other.
    [DllImport("libc", EntryPoint = "open", SetLastError = true, CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    private static extern int OpenFile([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mode);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint WriteFile(int file, byte[] bytes, nint count);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int CloseFile(int file);

    private string SignalPath(string name) => Path.Combine(Folder, $"{name}.signal");

    private string NotesPath(string name) => Path.Combine(Folder, $"{name}.notes");
}
