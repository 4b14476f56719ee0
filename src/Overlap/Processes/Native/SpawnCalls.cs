using System.Runtime.InteropServices;

namespace Overlap.Processes.Native;

/// <summary>Starts a program with <c>posix_spawn</c>, which does not copy the parent's page tables as <c>fork</c> does.</summary>
internal static unsafe partial class SpawnCalls
{
    // The C library's own structures are smaller (glibc: 80 and 336 bytes); they are only ever handed back to it.
    private const int OpaqueSize = 512;
    private const short SetGroup = 0x02;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;

    public static nint Library { get; } = NativeLibrary.Load("libc", typeof(SpawnCalls).Assembly, null);

    /// <summary>Starts a program in a process group of its own, with every signal at its default.</summary>
    /// <param name="program">The path of the program; no search.</param>
    /// <param name="arguments">What the program gets, its own name first.</param>
    /// <param name="environment">Its variables, each <c>name=value</c>.</param>
    /// <param name="descriptors">What the child gets as 0, 1, 2 …; each number here must be at least the count of them.</param>
    /// <param name="folder">The child's working folder; <see langword="null"/> = the parent's.</param>
    /// <returns>The number of the process.</returns>
    /// <exception cref="System.ComponentModel.Win32Exception">The program could not be started.</exception>
    public static int Spawn(
        string program, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, ReadOnlySpan<int> descriptors, string? folder)
    {
        byte* actions = stackalloc byte[OpaqueSize];
        byte* attributes = stackalloc byte[OpaqueSize];
        byte* noSignals = stackalloc byte[128];
        byte* allSignals = stackalloc byte[128];
        new Span<byte>(noSignals, 128).Clear();
        new Span<byte>(allSignals, 128).Fill(0xff);
        ThrowIfError(InitializeActions(actions), "posix_spawn_file_actions_init");
        ThrowIfError(InitializeAttributes(attributes), "posix_spawnattr_init");
        try
        {
            ThrowIfError(SetFlags(attributes, SetGroup | SetDefaultSignals | SetSignalMask), "posix_spawnattr_setflags");
            ThrowIfError(SetMask(attributes, noSignals), "posix_spawnattr_setsigmask");
            ThrowIfError(SetDefaults(attributes, allSignals), "posix_spawnattr_setsigdefault");
            for (int target = 0; target < descriptors.Length; target++)
            {
                ThrowIfError(AddDuplicate(actions, descriptors[target], target), "posix_spawn_file_actions_adddup2");
            }

            // Older C libraries lack it; what this process opened closes by itself then, unless some native library was careless.
            if (NativeLibrary.TryGetExport(Library, "posix_spawn_file_actions_addclosefrom_np", out nint closeFrom))
            {
                ThrowIfError(((delegate* unmanaged<byte*, int, int>)closeFrom)(actions, descriptors.Length), "addclosefrom_np");
            }

            if (folder is not null)
            {
                AddFolder(actions, folder);
            }

            using NativeStringArray nativeArguments = new(arguments);
            using NativeStringArray nativeEnvironment = new(environment);
            int processId;
            ThrowIfError(PosixSpawn(&processId, program, actions, attributes, nativeArguments.First, nativeEnvironment.First), program);
            return processId;
        }
        finally
        {
            _ = DestroyActions(actions);
            _ = DestroyAttributes(attributes);
        }
    }

    private static void AddFolder(byte* actions, string folder)
    {
        if (!NativeLibrary.TryGetExport(Library, "posix_spawn_file_actions_addchdir_np", out nint add))
        {
            throw new PlatformNotSupportedException("This C library cannot start a program in another folder.");
        }

        nint path = Marshal.StringToCoTaskMemUTF8(folder);
        ThrowIfError(((delegate* unmanaged<byte*, nint, int>)add)(actions, path), "addchdir_np");
        Marshal.FreeCoTaskMem(path);
    }

    private static void ThrowIfError(int error, string call)
    {
        if (error != 0)
        {
            throw SystemError.Exception(error, call);
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(int* processId, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int source, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);
}
