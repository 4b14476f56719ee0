using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

internal sealed class ExceptionTypes(IReadOnlyList<Type> types) { public int Count => types.Count; }
internal static class RemoteException
{
    public static void Write(PayloadWriter writer, Exception exception) { string s = exception.ToString(); writer.WriteCount(s.Length); writer.WriteBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes<char>(s)); }
    public static Exception Read(ref PayloadReader reader, ExceptionTypes allowed) { _ = allowed; int n = reader.ReadCount(); return new InvalidOperationException(new string(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, char>(reader.ReadBytes(n * 2)))); }
}
