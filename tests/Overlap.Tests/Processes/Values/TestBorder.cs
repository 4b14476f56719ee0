using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

/// <summary>Both sides of a border within one process: what one side puts, the other gets.</summary>
internal sealed class TestBorder : IValueBorder
{
    private readonly List<byte[]> _blobs = [];
    private readonly List<CancellationToken> _tokens = [];
    private readonly List<IProgressReceiver> _receivers = [];

    public bool IsWorkerSide { get; set; }

    public bool TakesBlobs { get; set; } = true;

    public List<BlobReference> Released { get; } = [];

    public int BlobCount => _blobs.Count;

    public bool TryPutBlob(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        reference = new BlobReference(_blobs.Count, bytes.Length);
        if (TakesBlobs)
        {
            _blobs.Add(bytes.ToArray());
        }

        return TakesBlobs;
    }

    public Memory<byte> GetBlob(BlobReference reference) =>
        reference.Offset < _blobs.Count && reference.Length == _blobs[(int)reference.Offset].Length
            ? _blobs[(int)reference.Offset]
            : throw PayloadException.Nonsense("blob");

    public void ReleaseBlob(BlobReference reference) => Released.Add(reference);

    public long AddToken(CancellationToken token)
    {
        _tokens.Add(token);
        return _tokens.Count;
    }

    public CancellationToken GetToken(long number) =>
        number > 0 && number <= _tokens.Count ? _tokens[(int)number - 1] : throw PayloadException.Nonsense("token");

    public long AddProgress(IProgressReceiver receiver)
    {
        _receivers.Add(receiver);
        return _receivers.Count;
    }

    public void Report(long number, PayloadWriter payload)
    {
        PayloadReader reader = new(payload.Written, this);
        _receivers[(int)number - 1].Receive(ref reader);
        Assert.Equal(0, reader.Remaining);
    }

    public PayloadWriter RentWriter() => new(this);
}
