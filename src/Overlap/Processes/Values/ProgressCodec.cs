namespace Overlap.Processes.Values;

/// <summary>Receivers of progress: what the worker's copy is told, the pool's is told.</summary>
/// <remarks>Shape: the number that the border gave (8); 0 for <see langword="null"/>. A report is a value of <typeparamref name="T"/>.</remarks>
/// <typeparam name="TProgress">The declared type: the interface, or <see cref="Progress{T}"/>.</typeparam>
/// <typeparam name="T">What is reported.</typeparam>
internal sealed class ProgressCodec<TProgress, T>(ValueCodecs codecs) : ValueCodec<TProgress?>
    where TProgress : class, IProgress<T>
{
    private readonly ValueCodec<T> _report = codecs.Of<T>();

    public override int LeastSize => sizeof(long);

    public override void Write(PayloadWriter writer, TProgress? value)
    {
        if (value is not null && writer.Border.IsWorkerSide)
        {
            throw new NotPortableException("A receiver of progress travels to a worker, not back.");
        }

        writer.Write(value is null ? 0L : writer.Border.AddProgress(new Receiver(value, _report)));
    }

    public override TProgress? Read(ref PayloadReader reader)
    {
        long number = reader.Read<long>();
        return number == 0 ? null
            : number > 0 && reader.Border.IsWorkerSide ? (TProgress)(object)new RemoteProgress<T>(number, reader.Border, _report)
            : throw PayloadException.Nonsense("receiver of progress");
    }

    private sealed class Receiver(TProgress progress, ValueCodec<T> codec) : IProgressReceiver
    {
        public void Receive(ref PayloadReader payload) => progress.Report(codec.Read(ref payload));
    }
}

/// <summary>Sends reports to the pool's side, in their order. It is a <see cref="Progress{T}"/>, since that is what most variables are declared as.</summary>
internal sealed class RemoteProgress<T>(long number, IValueBorder border, ValueCodec<T> codec) : Progress<T>
{
    protected override void OnReport(T value)
    {
        PayloadWriter writer = border.RentWriter();
        codec.Write(writer, value);
        border.Report(number, writer);

        // For handlers that the function itself added.
        base.OnReport(value);
    }
}
