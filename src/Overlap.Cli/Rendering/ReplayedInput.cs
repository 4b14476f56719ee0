namespace Overlap.Cli.Rendering;

/// <summary>Standard input that can be read again from its start: what has been read is kept.</summary>
/// <remarks>
/// Memory: what has been read, at most <see cref="MostKept"/>; what lies beyond is read no more than if it were not there.
/// One reader at a time; <see cref="Rewind"/> gives the next one the start.
/// </remarks>
/// <param name="input">The input; not disposed.</param>
internal sealed class ReplayedInput(Stream input) : Stream
{
    /// <summary>The most that is kept. Unit: bytes.</summary>
    public const int MostKept = 16 << 20;

    private readonly MemoryStream _kept = new();
    private readonly byte[] _piece = new byte[64 << 10];
    private int _at;
    private int _rewound;
    private bool _isExhausted;

    // A read that its reader has given up: the next reader waits for it too.
    private Task? _filling;

    public override bool CanRead => true;

    // A reader that may seek would read at once and block.
    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Begins again. Whoever still reads reads nothing more.</summary>
    public void Rewind() => (_at, _rewound) = (0, _rewound + 1);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int rewound = _rewound;
        if (_at == _kept.Length && !_isExhausted)
        {
            await (_filling ??= FillAsync()).WaitAsync(cancellationToken);
            _filling = null;
        }

        if (rewound != _rewound)
        {
            return 0;
        }

        int count = Math.Min((int)_kept.Length - _at, buffer.Length);
        _kept.GetBuffer().AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    private async Task FillAsync()
    {
        int read = await input.ReadAsync(_piece.AsMemory(0, Math.Min(_piece.Length, MostKept - (int)_kept.Length)));
        _kept.Seek(0, SeekOrigin.End);
        _kept.Write(_piece, 0, read);
        _isExhausted = read == 0 || _kept.Length >= MostKept;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _kept.Dispose();
        base.Dispose(disposing);
    }
}
