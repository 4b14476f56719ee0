using System.Runtime.InteropServices;
using System.Text;

namespace Overlap.Processes.Native;

/// <summary>Strings as a C program gets them: an array of zero-ended strings that ends with a null.</summary>
internal sealed unsafe class NativeStringArray : IDisposable
{
    private readonly byte* _block;

    public NativeStringArray(IReadOnlyList<string> strings)
    {
        nuint length = (nuint)(strings.Count + 1) * (nuint)sizeof(nint);
        foreach (string text in strings)
        {
            length += (nuint)Encoding.UTF8.GetByteCount(text) + 1;
        }

        _block = (byte*)NativeMemory.Alloc(length);
        byte* end = _block + length;
        byte* next = _block + ((nuint)(strings.Count + 1) * (nuint)sizeof(nint));
        for (int i = 0; i < strings.Count; i++)
        {
            First[i] = next;
            next += Encoding.UTF8.GetBytes(strings[i], new Span<byte>(next, (int)(end - next)));
            *next++ = 0;
        }

        First[strings.Count] = null;
    }

    public byte** First => (byte**)_block;

    public void Dispose() => NativeMemory.Free(_block);
}
