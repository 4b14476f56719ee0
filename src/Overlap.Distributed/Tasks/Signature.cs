using System.Collections.Immutable;
using System.Diagnostics;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>A call that can be made: which task, with what, and how. Data only: it is sent by a client, and travels within other calls.</summary>
[DebuggerDisplay("{Task,nq}")]
public sealed record Signature
{
    /// <summary>Makes a signature with arguments by position: <c>new Signature("tasks.add", 2, 2)</c>.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="args">The arguments by position.</param>
    public Signature(string task, params ImmutableArray<WireValue> args)
    {
        ArgumentException.ThrowIfNullOrEmpty(task);
        Task = task;
        Args = args;
    }

    /// <summary>The task's name.</summary>
    public string Task { get; init; }

    /// <summary>The arguments by position.</summary>
    public ImmutableArray<WireValue> Args { get; init; }

    /// <summary>The arguments by name.</summary>
    public WireMap Kwargs { get; init; } = WireMap.Empty;

    /// <summary>How it is to be sent and run.</summary>
    public CallOptions Options { get; init; } = CallOptions.None;

    /// <summary>Whether it is called with its own arguments only, and not with the result of the call before it.</summary>
    public bool IsImmutable { get; init; }

    /// <summary>What kind of composite it is, as <c>chain</c> or <c>group</c>; <see langword="null"/>: a plain call.</summary>
    internal string? SubtaskType { get; init; }

    /// <summary>Parts of other names, kept as they came.</summary>
    internal WireMap Others { get; init; } = WireMap.Empty;

    /// <summary>Writes a signature as it travels, among the options of another call.</summary>
    public static implicit operator WireMap(Signature signature)
    {
        ArgumentNullException.ThrowIfNull(signature);
        return signature.ToWire();
    }

    /// <summary>Reads a signature as it travels.</summary>
    /// <exception cref="MessageFormatException">It is none.</exception>
    public static Signature FromWire(WireMap map)
    {
        ArgumentNullException.ThrowIfNull(map);
        return SignatureCodec.Read(map);
    }

    /// <summary>Writes the signature as it travels.</summary>
    public WireMap ToWire() => SignatureCodec.Write(this);

    /// <summary>Gives the call that is made with the result of the one before: that comes first among the arguments, unless this is immutable.</summary>
    public Signature WithResult(WireValue result) => IsImmutable ? this : this with { Args = Args.Insert(0, result) };
}
