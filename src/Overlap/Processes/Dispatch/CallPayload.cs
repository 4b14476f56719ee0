using System.Buffers;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>Captured variables and argument of a call as they were when it was submitted.</summary>
internal readonly struct CallPayload
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly CallBorder? _border;

    private CallPayload(byte[] bytes, int length, bool isInBlob, CallBorder? border)
    {
        _bytes = bytes;
        _length = length;
        IsInBlob = isInBlob;
        _border = border;
    }

    /// <summary>Whether the bytes are where the payload lies, not the payload.</summary>
    public bool IsInBlob { get; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    public static bool BringsCaptures(PoolFunction function) => function.Portable.HasCaptures && (function.Flags & FrameFlags.Captures) == 0;

    /// <exception cref="NotPortableException">A value cannot travel, though others of its type can.</exception>
    public static CallPayload Encode<T, TResult>(PoolFunction<T, TResult> function, Delegate target, T argument, Crossings crossings)
    {
        CallBorder border = new(crossings);
        PayloadWriter writer = PoolWriter.Rent(border);
        try
        {
            if (BringsCaptures(function))
            {
                function.Portable.WriteCaptures(target, writer);
            }

            function.Arguments.Write(writer, argument);
            if (writer.Length > SegmentLayout.LargestFrame - 64)
            {
                byte[] reference = PoolWriter.MoveToBlob(writer, border);
                return new CallPayload(reference, reference.Length, isInBlob: true, border);
            }

            byte[] bytes = ArrayPool<byte>.Shared.Rent(Math.Max(1, writer.Length));
            writer.Written.CopyTo(bytes);
            return new CallPayload(bytes, writer.Length, isInBlob: false, border.IsUsed ? border : null);
        }
        catch
        {
            border.End();
            throw;
        }
    }

    /// <summary>Gives back what the call lent out. Once, when no worker can read it any more.</summary>
    public void Release()
    {
        _border?.End();
        if (!IsInBlob)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }
    }
}
