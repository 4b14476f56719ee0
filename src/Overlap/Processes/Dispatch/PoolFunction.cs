using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>A function as a pool knows it: its number, and how a worker is told of it.</summary>
internal abstract class PoolFunction(int id, PortableFunction portable, byte[] definition, FrameFlags flags)
{
    private const double Weight = 1.0 / 8;

    // Written by whoever reads replies; a torn or lost update is only a worse guess.
    private double _nanoseconds = double.PositiveInfinity;

    public int Id { get; } = id;

    public PortableFunction Portable { get; } = portable;

    /// <summary>What a worker is told before the first call.</summary>
    public byte[] Definition { get; } = definition;

    /// <summary>What is special about the definition.</summary>
    public FrameFlags Flags { get; } = flags;

    /// <summary>How long an item takes, about; infinite before the first has ended.</summary>
    public double ItemNanoseconds => _nanoseconds;

    /// <summary>Learns from items that have ended.</summary>
    /// <remarks>A stream lasts as long as its consumer lets it: none waits behind another call at a worker, nor another call behind it.</remarks>
    public void Learn(double nanosecondsPerItem) =>
        _nanoseconds = (Flags & FrameFlags.Stream) != 0 ? double.PositiveInfinity
            : double.IsInfinity(_nanoseconds) ? nanosecondsPerItem
            : _nanoseconds + ((nanosecondsPerItem - _nanoseconds) * (nanosecondsPerItem > _nanoseconds ? 0.5 : Weight));
}

/// <inheritdoc/>
internal sealed class PoolFunction<T, TResult>(
    int id, PortableFunction portable, byte[] definition, FrameFlags flags, ValueCodec<T> arguments, ValueCodec<TResult> results)
    : PoolFunction(id, portable, definition, flags)
{
    public ValueCodec<T> Arguments { get; } = arguments;

    public ValueCodec<TResult> Results { get; } = results;
}
