namespace Overlap.Processes.Values;

/// <summary>Tokens: the worker's copy is cancelled when the pool's is.</summary>
/// <remarks>Shape: the number that the border gave (8); 0 for a token that is never cancelled.</remarks>
internal sealed class CancellationTokenCodec : ValueCodec<CancellationToken>
{
    public override int LeastSize => sizeof(long);

    public override void Write(PayloadWriter writer, CancellationToken value)
    {
        if (value.CanBeCanceled && writer.Border.IsWorkerSide)
        {
            throw new NotPortableException("A CancellationToken travels to a worker, not back. Return whether it was cancelled.");
        }

        writer.Write(value.CanBeCanceled ? writer.Border.AddToken(value) : 0L);
    }

    public override CancellationToken Read(ref PayloadReader reader)
    {
        long number = reader.Read<long>();
        return number == 0 ? CancellationToken.None
            : number > 0 && reader.Border.IsWorkerSide ? reader.Border.GetToken(number)
            : throw PayloadException.Nonsense(nameof(CancellationToken));
    }
}
