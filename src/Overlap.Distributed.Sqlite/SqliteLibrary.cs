using System.Runtime.InteropServices;
using SQLitePCL;

namespace Overlap.Distributed.Sqlite;

/// <summary>Chooses the native library: the system's where there is one, which its own updates keep safe, and else the one that comes along.</summary>
internal static class SqliteLibrary
{
    private const string Bundled = "e_sqlite3";
    private const string OfTheSystem = "libsqlite3.so.0";

    // RETURNING is there since 3.35.
    private const int OldestVersion = 3_035_000;

    private static readonly Lock Gate = new();

    private static bool _isLoaded;   // Guarded by Gate.

    /// <summary>Loads it, once.</summary>
    public static void Load()
    {
        lock (Gate)
        {
            if (_isLoaded)
            {
                return;
            }

            // Somebody else may have loaded the bundled one already. Then all must stay with it: a connection of one library is rubbish to another.
            if (!IsProviderSet())
            {
                NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, static (name, _, _) =>
                    name == Bundled && NativeLibrary.TryLoad(OfTheSystem, out nint library) && IsNewEnough(library) ? library : 0);
                Batteries_V2.Init();
            }

            _isLoaded = true;
        }
    }

    private static bool IsProviderSet()
    {
        try
        {
            return raw.sqlite3_libversion_number() > 0;
        }
        catch (Exception notSet) when (notSet is not DllNotFoundException)
        {
            return false;
        }
    }

    private static bool IsNewEnough(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out nint version)
        && Marshal.GetDelegateForFunctionPointer<VersionNumber>(version)() >= OldestVersion;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionNumber();
}
