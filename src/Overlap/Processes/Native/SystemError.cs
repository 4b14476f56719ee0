using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Overlap.Processes.Native;

/// <summary>The error numbers of the kernel that are told apart, and how a failed system call is thrown.</summary>
internal static class SystemError
{
    public const int Interrupted = 4;
    public const int NoChild = 10;
    public const int TooManyOpenFilesInSystem = 23;
    public const int TooManyOpenFiles = 24;

    /// <summary>Throws what the last system call reported, if it failed.</summary>
    public static int ThrowIfNegative(int result, string call) =>
        result >= 0 ? result : throw Exception(Marshal.GetLastPInvokeError(), call);

    public static Win32Exception Exception(int error, string call) => new(error, $"{call}: {Marshal.GetPInvokeErrorMessage(error)}");
}
