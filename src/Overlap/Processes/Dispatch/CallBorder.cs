using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>What a call has beside plain bytes while it is under way: blobs and buffers it lends, tokens and receivers of progress it makes known.</summary>
internal sealed class CallBorder(Crossings crossings) : NoBorder
{
    private List<BlobReference>? _blobs;
    private List<long>? _tokens;
    private List<long>? _receivers;
    private List<SharedBuffer>? _buffers;

    /// <summary>Whether there is anything to end with the call.</summary>
    public bool IsUsed => _blobs is not null || _tokens is not null || _receivers is not null || _buffers is not null;

    public override bool TryPutBlob(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        reference = default;
        return crossings.IsShared && TryPut(bytes, out reference);
    }

    /// <summary>Puts a whole payload, which also a stream's end finds again.</summary>
    public bool TryPut(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        if (!crossings.Arguments.TryPut(bytes, out reference))
        {
            return false;
        }

        (_blobs ??= []).Add(reference);
        return true;
    }

    public override BlobReference LendBuffer(SharedBuffer buffer)
    {
        BlobReference reference = crossings.Buffers.Lend(buffer);
        (_buffers ??= []).Add(buffer);
        return reference;
    }

    public override long AddToken(CancellationToken token)
    {
        long number = crossings.AddToken(token);
        (_tokens ??= []).Add(number);
        return number;
    }

    public override long AddProgress(IProgressReceiver receiver)
    {
        long number = crossings.AddProgress(receiver);
        (_receivers ??= []).Add(number);
        return number;
    }

    /// <summary>Ends all of it: the call has ended, or was never sent.</summary>
    public void End()
    {
        _blobs?.ForEach(crossings.Arguments.Release);
        _tokens?.ForEach(crossings.RemoveToken);
        _receivers?.ForEach(crossings.RemoveProgress);
        _buffers?.ForEach(static buffer => buffer.EndUse());
        _blobs = null;
        _tokens = null;
        _receivers = null;
        _buffers = null;
    }
}
