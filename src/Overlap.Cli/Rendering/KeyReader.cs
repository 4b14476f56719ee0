using Microsoft.Win32.SafeHandles;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Rendering;

/// <summary>Reads keys of the terminal on a thread of its own, while the program is the one in front.</summary>
/// <remarks>The terminal is the one the program belongs to, so that keys count also while standard input is a list.
/// It is given back as it was when reading ends, and whenever the program is stopped.</remarks>
internal sealed class KeyReader : IDisposable
{
    // In the background a read would stop the whole program: then it is looked now and then whether it is in front again. Unit: milliseconds.
    private const int BackgroundPause = 500;

    private readonly Action<char> _onKey;
    private readonly SafeFileHandle _terminal;
    private readonly byte[] _before;
    private readonly SafeFileHandle _wakeUp = new(ChildCalls.CreateWakeUp(), ownsHandle: true);
    private readonly Thread _thread;
    private volatile bool _ended;

    private KeyReader(Action<char> onKey, SafeFileHandle terminal, byte[] before)
    {
        _onKey = onKey;
        _terminal = terminal;
        _before = before;
        Take();
        _thread = new Thread(Run) { IsBackground = true, Name = "overlap keys" };
        _thread.UnsafeStart();
    }

    /// <summary>Begins to read keys.</summary>
    /// <returns>The reader; <see langword="null"/> when there is no terminal, or it is somebody else's.</returns>
    public static KeyReader? TryOpen(Action<char> onKey)
    {
        if (!OperatingSystem.IsLinux() || TryOpenTerminal() is not { } terminal)
        {
            return null;
        }

        byte[] settings = new byte[TerminalCalls.SettingsSize];
        int descriptor = (int)terminal.DangerousGetHandle();
        if (TerminalCalls.TryGet(descriptor, settings) && TerminalCalls.IsInForeground(descriptor))
        {
            return new KeyReader(onKey, terminal, settings);
        }

        terminal.Dispose();
        return null;
    }

    /// <summary>Lets the terminal give keys one by one.</summary>
    public void Take()
    {
        if (TerminalCalls.IsInForeground(Descriptor))
        {
            byte[] settings = [.. _before];
            TerminalCalls.MakeKeyed(settings);
            TerminalCalls.Set(Descriptor, settings);
        }
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Restore()
    {
        if (TerminalCalls.IsInForeground(Descriptor))
        {
            TerminalCalls.Set(Descriptor, _before);
        }
    }

    public void Dispose()
    {
        _ended = true;
        ChildCalls.WakeUp((int)_wakeUp.DangerousGetHandle());
        _thread.Join();
        _wakeUp.Dispose();
        Restore();
        _terminal.Dispose();
    }

    private int Descriptor => (int)_terminal.DangerousGetHandle();

    private static SafeFileHandle? TryOpenTerminal()
    {
        try
        {
            return File.OpenHandle("/dev/tty", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A program without a terminal of its own has no keys to read.
            return null;
        }
    }

    private void Run()
    {
        Span<byte> keys = stackalloc byte[16];
        int wakeUp = (int)_wakeUp.DangerousGetHandle();
        while (!_ended)
        {
            if (!TerminalCalls.IsInForeground(Descriptor))
            {
                _ = TerminalCalls.WaitForWakeUp(wakeUp, BackgroundPause);
                continue;
            }

            if (!TerminalCalls.WaitForKey(Descriptor, wakeUp, BackgroundPause))
            {
                continue;
            }

            int count = TerminalCalls.ReadKeys(Descriptor, keys);
            if (count <= 0)
            {
                return;
            }

            foreach (byte key in keys[..count])
            {
                _onKey((char)key);
            }
        }
    }
}
