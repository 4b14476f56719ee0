namespace Overlap.Synchronization;

/// <summary>An <see cref="AsyncReaderWriterLock"/> at one moment.</summary>
/// <param name="Readers">How many plain readers hold it.</param>
/// <param name="HasUpgradeableReader">Whether an upgradeable reader holds it.</param>
/// <param name="HasWriter">Whether a writer holds it, or an upgradeable reader that was upgraded.</param>
/// <param name="WaitingReaders">How many wait to read.</param>
/// <param name="WaitingUpgradeableReaders">How many wait to read and perhaps to upgrade.</param>
/// <param name="WaitingWriters">How many wait to write, an upgrade included.</param>
public sealed record AsyncReaderWriterLockStatistics(
    int Readers,
    bool HasUpgradeableReader,
    bool HasWriter,
    int WaitingReaders,
    int WaitingUpgradeableReaders,
    int WaitingWriters);
