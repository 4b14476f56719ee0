namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What the system says of a file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Length">Unit: bytes.</param>
/// <param name="Permissions">Who may do what with it.</param>
/// <param name="ModifiedAt">When it was last written. Unit: nanoseconds since 1970.</param>
/// <param name="Device">The file system that it is on.</param>
/// <param name="Number">The number that, with <paramref name="Device"/>, tells it from all others.</param>
internal readonly record struct FileStatus(FileKind Kind, long Length, uint Permissions, Int128 ModifiedAt, ulong Device, ulong Number)
{
    /// <summary>Tells whether two names lead to one file.</summary>
    public bool IsSameFileAs(FileStatus other) => Device == other.Device && Number == other.Number;
}
