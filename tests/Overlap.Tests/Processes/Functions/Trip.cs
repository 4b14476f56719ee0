using Overlap.Processes.Functions;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Functions;

/// <summary>Sends functions from one side to the other, both in this process.</summary>
internal sealed class Trip : IValueBorder
{
    private readonly List<CancellationToken> _tokens = [];
    private readonly List<IProgressReceiver> _receivers = [];

    public Trip()
    {
        FunctionCodecs.Install(Pool, code: null);
        FunctionCodecs.Install(Worker, Code);
    }

    public ValueCodecs Pool { get; } = new();

    public ValueCodecs Worker { get; } = new();

    public LoadedCode Code { get; } = new();

    public bool IsWorkerSide { get; private set; }

    /// <summary>Sends a function and binds it there, over copies of what it captures.</summary>
    public static T Send<T>(T function)
        where T : Delegate => new Trip().SendAgain(function);

    public static string RefusalOf(Delegate function) =>
        Assert.Throws<Overlap.Processes.NotPortableException>(() => PortableFunction.Of(function, new Trip().Pool)).Message;

    public static string? SubjectOf(Delegate function) =>
        Assert.Throws<Overlap.Processes.NotPortableException>(() => PortableFunction.Of(function, new Trip().Pool)).Subject;

    public T SendAgain<T>(T function)
        where T : Delegate
    {
        PortableFunction portable = PortableFunction.Of(function, Pool);
        PayloadWriter writer = new(this);
        IsWorkerSide = false;
        portable.WriteCaptures(function, writer);
        Assert.Equal(portable.HasCaptures, writer.Length > 0);

        IsWorkerSide = true;
        PayloadReader identity = new(portable.Identity.Span, this);
        ResolvedFunction resolved = ResolvedFunction.Read(ref identity, Code, Worker);
        Assert.Equal(0, identity.Remaining);
        Assert.Equal(portable.HasCaptures, resolved.HasCaptures);
        PayloadReader captures = new(writer.Written, this);
        T bound = Assert.IsType<T>(resolved.Bind(ref captures));
        Assert.Equal(0, captures.Remaining);
        Assert.True(function.Target is null || !ReferenceEquals(function.Target, bound.Target) || function.Target is string);
        return bound;
    }

    public byte[] CapturesOf(Delegate function)
    {
        IsWorkerSide = false;
        PayloadWriter writer = new(this);
        PortableFunction.Of(function, Pool).WriteCaptures(function, writer);
        return writer.Written.ToArray();
    }

    public bool TryPutBlob(ReadOnlySpan<byte> bytes, out BlobReference reference)
    {
        reference = default;
        return false;
    }

    public Memory<byte> GetBlob(BlobReference reference) => throw PayloadException.Nonsense("blob");

    public void ReleaseBlob(BlobReference reference)
    {
    }

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
    }

    public PayloadWriter RentWriter() => new(this);
}
