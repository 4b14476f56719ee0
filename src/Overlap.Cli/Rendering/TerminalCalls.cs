using System.Runtime.InteropServices;

namespace Overlap.Cli.Rendering;

/// <summary>The system calls on a terminal that .NET has none for: keys one by one while the terminal stays what it is otherwise. Linux only.</summary>
internal static unsafe partial class TerminalCalls
{
    /// <summary>The size of a terminal's settings, and more.</summary>
    public const int SettingsSize = 128;

    private const int Now = 0;
    private const int SignalStop = 19;
    private const short PollIn = 1;

    // struct termios of Linux: four flag words, a byte, then the control characters.
    private const int LocalFlags = 12;
    private const int ControlCharacters = 17;
    private const int TimeIndex = 5;
    private const int LeastIndex = 6;
    private const uint Canonical = 2;
    private const uint Echo = 8;

    /// <summary>Whether this program may read keys now: it is the one in front.</summary>
    public static bool IsInForeground(int terminal) => ForegroundGroup(terminal) == OwnGroup();

    /// <summary>Reads the terminal's settings.</summary>
    /// <returns>Whether there is a terminal.</returns>
    public static bool TryGet(int terminal, Span<byte> settings)
    {
        fixed (byte* first = settings)
        {
            return GetAttributes(terminal, first) == 0;
        }
    }

    /// <summary>Sets the terminal's settings.</summary>
    public static void Set(int terminal, ReadOnlySpan<byte> settings)
    {
        fixed (byte* first = settings)
        {
            _ = SetAttributes(terminal, Now, first);
        }
    }

    /// <summary>Changes settings so that each key is given at once and not shown. Ctrl-C and Ctrl-Z stay what they are.</summary>
    public static void MakeKeyed(Span<byte> settings)
    {
        ref uint flags = ref MemoryMarshal.AsRef<uint>(settings[LocalFlags..]);
        flags &= ~(Canonical | Echo);
        settings[ControlCharacters + TimeIndex] = 0;
        settings[ControlCharacters + LeastIndex] = 1;
    }

    /// <summary>Waits for a key, or for a wake-up.</summary>
    /// <returns>Whether there is a key.</returns>
    public static bool WaitForKey(int terminal, int wakeUp, int milliseconds)
    {
        PollEntry* entries = stackalloc PollEntry[2];
        entries[0] = new PollEntry { Descriptor = terminal, Wanted = PollIn };
        entries[1] = new PollEntry { Descriptor = wakeUp, Wanted = PollIn };
        return Poll(entries, 2, milliseconds) > 0 && (entries[0].Found & PollIn) != 0;
    }

    /// <summary>Waits for a wake-up alone.</summary>
    public static bool WaitForWakeUp(int wakeUp, int milliseconds)
    {
        PollEntry entry = new() { Descriptor = wakeUp, Wanted = PollIn };
        return Poll(&entry, 1, milliseconds) > 0;
    }

    /// <summary>Reads keys that are there.</summary>
    public static int ReadKeys(int terminal, Span<byte> keys)
    {
        fixed (byte* first = keys)
        {
            return (int)Read(terminal, first, keys.Length);
        }
    }

    /// <summary>Stops this program as Ctrl-Z does, and returns when somebody has continued it.</summary>
    /// <remarks>The signal goes to this thread, so that it does not get on while the others are still to be stopped.</remarks>
    public static void StopSelf() => _ = Raise(SignalStop);

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetAttributes(int terminal, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetAttributes(int terminal, int when, byte* settings);

    [LibraryImport("libc", EntryPoint = "tcgetpgrp")]
    private static partial int ForegroundGroup(int terminal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    private static partial int OwnGroup();

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "raise")]
    private static partial int Raise(int signal);

    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
