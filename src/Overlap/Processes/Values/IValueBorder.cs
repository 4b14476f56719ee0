namespace Overlap.Processes.Values;

/// <summary>What values that are not plain bytes need of the connection they cross. One on either side of each worker.</summary>
internal interface IValueBorder
{
    /// <summary>Whether this is the worker's side: there tokens and receivers of progress arrive, and blobs stay until the call ends.</summary>
    bool IsWorkerSide { get; }

    /// <summary>Puts many bytes where the other side can read them without a copy through the connection.</summary>
    /// <param name="bytes">The bytes; copied before this returns.</param>
    /// <param name="reference">Where they lie.</param>
    /// <returns>Whether they were put; if not, they go in line.</returns>
    bool TryPutBlob(ReadOnlySpan<byte> bytes, out BlobReference reference);

    /// <summary>Gives bytes that the other side put. On the worker's side they are valid until the call ends.</summary>
    /// <exception cref="PayloadException">There is no such stretch.</exception>
    Memory<byte> GetBlob(BlobReference reference);

    /// <summary>Says that bytes the other side put are read and no longer needed. Only the pool's side does; a worker's end with the call.</summary>
    void ReleaseBlob(BlobReference reference);

    /// <summary>Lends a buffer of the pool's to what is being written. The pool's side only.</summary>
    /// <returns>Where it lies.</returns>
    /// <exception cref="NotPortableException">It cannot be lent here.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    BlobReference LendBuffer(SharedBuffer buffer) => throw new NotPortableException("A SharedBuffer cannot travel here.");

    /// <summary>Gives a buffer that the pool lends. The worker's side only.</summary>
    /// <exception cref="PayloadException">There is no such stretch.</exception>
    SharedBuffer GetBuffer(BlobReference reference) => throw PayloadException.Nonsense(nameof(SharedBuffer));

    /// <summary>Makes a token known, so that its cancellation crosses. The pool's side only.</summary>
    /// <returns>Its number.</returns>
    long AddToken(CancellationToken token);

    /// <summary>Gives the token of a number. The worker's side only.</summary>
    /// <exception cref="PayloadException">There is no such token.</exception>
    CancellationToken GetToken(long number);

    /// <summary>Makes a receiver of progress known. The pool's side only.</summary>
    /// <returns>Its number.</returns>
    long AddProgress(IProgressReceiver receiver);

    /// <summary>Sends a report to a receiver. The worker's side only.</summary>
    void Report(long number, PayloadWriter payload);

    /// <summary>A writer for a report, owned by the calling thread until <see cref="Report"/> has returned; or never reported, when the value turns out not to be portable. The worker's side only.</summary>
    PayloadWriter RentWriter();
}

/// <summary>Where bytes lie in memory that both processes see.</summary>
/// <param name="Offset">From the begin of the area. Unit: bytes.</param>
/// <param name="Length">Unit: bytes.</param>
internal readonly record struct BlobReference(long Offset, int Length);

/// <summary>Gets reports of progress that a worker sends.</summary>
internal interface IProgressReceiver
{
    /// <summary>Reads one report and hands it on. Called in the order of the reports, one at a time.</summary>
    void Receive(ref PayloadReader payload);
}
