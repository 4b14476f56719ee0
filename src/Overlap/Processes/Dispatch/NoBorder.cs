using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>The border of what is plain bytes only.</summary>
internal class NoBorder : IValueBorder
{
    public static NoBorder Instance { get; } = new();

    public bool IsWorkerSide => false;

    public virtual bool TryPutBlob(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        reference = default;
        return false;
    }

    public virtual Memory<byte> GetBlob(BlobReference reference) => throw PayloadException.Nonsense("reference to bytes");

    public virtual void ReleaseBlob(BlobReference reference) => throw PayloadException.Nonsense("reference to bytes");

    public virtual BlobReference LendBuffer(SharedBuffer buffer) => throw new NotPortableException("A SharedBuffer cannot travel here.");

    public virtual long AddToken(CancellationToken token) => throw new NotPortableException("A cancellation token cannot travel here.");

    public virtual long AddProgress(IProgressReceiver receiver) => throw new NotPortableException("A receiver of progress cannot travel here.");

    public CancellationToken GetToken(long number) => throw PayloadException.Nonsense("token");

    public void Report(long number, PayloadWriter payload) => throw PayloadException.Nonsense("report");

    public PayloadWriter RentWriter() => throw PayloadException.Nonsense("report");
}
