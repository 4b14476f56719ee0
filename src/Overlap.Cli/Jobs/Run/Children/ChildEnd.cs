namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>How a child ended.</summary>
/// <param name="Status">The status as the kernel packs it.</param>
/// <param name="Cpu">The processor time of the child and of the children that it waited for.</param>
/// <param name="Cause">Why it was ended, if it did not end by itself.</param>
internal readonly record struct ChildEnd(int Status, TimeSpan Cpu, EndCause Cause)
{
    /// <summary>The signal that ended it, or 0.</summary>
    public int Signal => Status & 0x7f;

    /// <summary>What it gave back, or 128 and the signal's number, as a shell says it.</summary>
    public int ExitCode => Signal == 0 ? (Status >> 8) & 0xff : 128 + Signal;
}
