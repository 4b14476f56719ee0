using Microsoft.Win32.SafeHandles;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Rendering;

/// <summary>Reads keys of the terminal on a thread of its own, while the program is the one in front.</summary>
/// <remarks>The terminal is given back as it was when reading ends, and whenever the program is stopped.</remarks>
internal sealed class KeyReader : IDisposable
{
    // In the background a read would stop the whole program: then it is looked now and then whether it is in front again. Unit: milliseconds.
    private const int BackgroundPause = 500;

    private readonly Action<char> _onKey;
    private readonly byte[] _before;
    private readonly SafeFileHandle _wakeUp = new(ChildCalls.CreateWakeUp(), ownsHandle: true);
    private readonly Thread _thread;
    private volatile bool _ended;

    private KeyReader(Action<char> onKey, byte[] before)
    {
        _onKey = onKey;
        _before = before;
        Take();
        _thread = new Thread(Run) { IsBackground = true, Name = "overlap keys" };
        _thread.UnsafeStart();
    }

    /// <summary>Begins to read keys.</summary>
    /// <returns>The reader; <see langword="null"/> when there is no terminal, or it is somebody else's.</returns>
    public static KeyReader? TryOpen(Action<char> onKey)
    {
        byte[] settings = new byte[TerminalCalls.SettingsSize];
        return OperatingSystem.IsLinux() && TerminalCalls.TryGet(settings) && TerminalCalls.IsInForeground ? new KeyReader(onKey, settings) : null;
    }

    /// <summary>Lets the terminal give keys one by one.</summary>
    public void Take()
    {
        if (TerminalCalls.IsInForeground)
        {
            byte[] settings = [.. _before];
            TerminalCalls.MakeKeyed(settings);
            TerminalCalls.Set(settings);
        }
    }

    /// <summary>Gives the terminal back as it was.</summary>
    public void Restore()
    {
        if (TerminalCalls.IsInForeground)
        {
            TerminalCalls.Set(_before);
        }
    }

    public void Dispose()
    {
        _ended = true;
        ChildCalls.WakeUp((int)_wakeUp.DangerousGetHandle());
        _thread.Join();
        _wakeUp.Dispose();
        Restore();
    }

    private void Run()
    {
        Span<byte> keys = stackalloc byte[16];
        int wakeUp = (int)_wakeUp.DangerousGetHandle();
        while (!_ended)
        {
            if (!TerminalCalls.IsInForeground)
            {
                _ = TerminalCalls.WaitForWakeUp(wakeUp, BackgroundPause);
                continue;
            }

            if (!TerminalCalls.WaitForKey(wakeUp, BackgroundPause))
            {
                continue;
            }

            int count = TerminalCalls.ReadKeys(keys);
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
