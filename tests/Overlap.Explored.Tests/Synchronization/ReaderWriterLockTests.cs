using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class ReaderWriterLockTests
{
    [Fact]
    public void EnterRead_ReadersAndWriters_AWriterIsAlone() => Exploring.Holds(static x =>
    {
        AsyncReaderWriterLock gate = new();
        Room room = new(x);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"reader {i}", () =>
            {
                using (x.Wait(gate.EnterReadAsync()))
                {
                    room.Read();
                }
            });
        }

        x.Spawn("writer", () =>
        {
            using (gate.EnterWrite())
            {
                room.Write();
            }
        });
        x.AtEnd(() => x.Assert(gate.TryEnterWrite(out _)));
    });

    [Fact]
    public void EnterWriteAsync_CancelledBeforeReaders_TheReadersComeIn() => Exploring.Holds(static x =>
    {
        AsyncReaderWriterLock gate = new();
        Room room = new(x);
        CancellationTokenSource cancellation = new();
        gate.TryEnterRead(out Lease first);
        x.Spawn("writer", () => Attempt.Cancelable(() =>
        {
            using (x.Wait(gate.EnterWriteAsync(cancellation.Token)))
            {
                room.Write();
            }
        }));
        x.Spawn("reader", () =>
        {
            using (x.Wait(gate.EnterReadAsync()))
            {
                room.Read();
            }

            first.Dispose();
        });
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(gate.TryEnterWrite(out _)));
    });

    [Fact]
    public void UpgradeAsync_ReadersInside_TheWriterIsAlone() => Exploring.Holds(static x =>
    {
        AsyncReaderWriterLock gate = new();
        Room room = new(x);
        x.Spawn("upgrader", () =>
        {
            using Lease upgradeable = x.Wait(gate.EnterUpgradeableReadAsync());
            room.Read();
            using Lease written = x.Wait(gate.UpgradeAsync(upgradeable));
            room.Write();
        });
        x.Spawn("reader", () =>
        {
            using (gate.EnterRead())
            {
                room.Read();
            }
        });
        x.Spawn("writer", () =>
        {
            using (x.Wait(gate.EnterWriteAsync()))
            {
                room.Write();
            }
        });
        x.AtEnd(() => x.Assert(gate.TryEnterWrite(out _)));
    });

    private sealed class Room(ThreadExplorer explorer)
    {
        private int _readers;
        private int _writers;

        public void Read()
        {
            _readers++;
            explorer.Assert(_writers == 0, "a reader is inside with a writer");
            explorer.Point();
            _readers--;
        }

        public void Write()
        {
            _writers++;
            explorer.Assert(_writers == 1 && _readers == 0, "a writer is not alone");
            explorer.Point();
            _writers--;
        }
    }
}
