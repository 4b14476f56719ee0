using Overlap.Executors;
using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Frames that were changed on the way: in the ring that both directions use, and from a real worker to its pool.</summary>
[Collection(nameof(FaultCollection))]
public sealed class FrameFuzzTests
{
    private const int Seed = 20_260_102;

    [Fact]
    public void Ring_MutatedFrames_AreReadInsideTheRingOrRefused()
    {
        using SharedSegment segment = SharedSegment.Create(SegmentLayout.Requests + SegmentLayout.PageSize + SegmentLayout.RingCapacity);
        Random random = new(Seed);
        (int read, int refused) = (0, 0);
        for (int i = 0; i < 100_000; i++)
        {
            (int wasRead, bool isRefused) = Round(segment, random);
            read += wasRead;
            refused += isRefused ? 1 : 0;
        }

        // Were all of one kind, the mutations would not reach what they are to test.
        Assert.True(read > 10_000 && refused > 10_000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void RemoteException_MutatedBytes_IsReadOrRefused()
    {
        PayloadWriter writer = new(Overlap.Processes.Dispatch.NoBorder.Instance);
        RemoteException.Write(writer, new InvalidOperationException("outer", new AggregateException(new FileNotFoundException("inner", "file"), new TimeoutException("other"))));
        byte[] honest = writer.Written.ToArray();
        Random random = new(Seed);
        int refused = 0;
        for (int i = 0; i < Campaign.Times(10_000, 100_000); i++)
        {
            byte[] changed = (byte[])honest.Clone();
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
            }

            try
            {
                PayloadReader reader = new(changed.AsSpan(0, random.Next(4) == 0 ? random.Next(changed.Length) : changed.Length), Overlap.Processes.Dispatch.NoBorder.Instance);
                _ = RemoteException.Read(ref reader, new ExceptionTypes([]));
            }
            catch (PayloadException)
            {
                refused++;
            }
        }

        Assert.True(refused > 1_000, $"{refused} refused");
    }

    [Fact]
    public async Task Pool_WorkersThatBabble_CostThemselvesOnly()
    {
        await using FaultPool pool = new(2);
        HeldCall other = await pool.HoldAsync();
        for (int seed = 0; seed < Campaign.Times(15, 1_500); seed++)
        {
            Task<int> call = pool.Executor.SubmitAsync(Forgery.Babble, seed);
            try
            {
                // An answer may be as good as an honest one, or a failure that could be.
                _ = await call.WaitAsync(FaultPool.Guard);
            }
            catch (Exception failure) when (failure is not TimeoutException)
            {
                Assert.NotEmpty(failure.Message);
            }
        }

        pool.Stage.Signal("held-go");
        Assert.Equal(other.ProcessId, await other.Call.WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    private static unsafe (int Read, bool IsRefused) Round(SharedSegment segment, Random random)
    {
        new Span<byte>(segment.Start, SegmentLayout.PageSize).Clear();
        RingWriter writer = new(segment.Start, segment.Start);
        RingReader reader = new(segment.Start);

        // Begin anywhere in the ring, its end included: as after many frames.
        RingWords words = new(segment.Start);
        int frames = random.Next(1, 6);
        byte* data = words.Data;
        for (int i = 0; i < frames; i++)
        {
            if (writer.TryReserve(random.Next(4) == 0 ? random.Next(SegmentLayout.LargestFrame) : random.Next(200), out FrameHeader* frame))
            {
                frame->Kind = (FrameKind)random.Next(12);
                writer.Commit(frame);
            }
        }

        writer.Publish();
        long tail = words.Tail;
        for (int change = random.Next(1, 4); change > 0; change--)
        {
            int place = random.Next(8);
            if (place == 0)
            {
                words.Tail = random.Next(2) == 0 ? random.NextInt64() : tail + random.Next(-64, 64);
            }
            else
            {
                data[place < 5 ? random.Next(FrameHeader.Size) : random.NextInt64(Math.Max(1, tail))] = (byte)random.Next(256);
            }
        }

        int read = 0;
        try
        {
            while (reader.TryRead(out _, out ReadOnlySpan<byte> payload))
            {
                // Inside the ring, whatever the header says.
                fixed (byte* first = payload)
                {
                    Assert.True(payload.IsEmpty || (first >= data && first + payload.Length <= data + SegmentLayout.RingCapacity));
                }

                read++;
                reader.ReleaseLazily();
            }
        }
        catch (CorruptFrameException)
        {
            return (read, true);
        }

        return (read, false);
    }
}
