using System.Runtime.InteropServices;

namespace Overlap.Processes.Native;

/// <summary>One descriptor that <c>poll</c> looks at; a negative one is skipped.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry(int descriptor)
{
    public int Descriptor = descriptor;
    public short Wanted = DescriptorCalls.PollIn;
    public short Found;
}
