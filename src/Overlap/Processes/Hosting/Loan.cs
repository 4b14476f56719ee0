using Overlap.Processes.Transport;

namespace Overlap.Processes.Hosting;

/// <summary>What a call or a function has of the pool's: it is over with them. Owned by the worker's thread.</summary>
internal sealed class Loan
{
    private List<long>? _tokens;
    private List<BufferMemory>? _buffers;

    public bool IsEmpty => _tokens is null && _buffers is null;

    public void AddToken(long number) => (_tokens ??= []).Add(number);

    public void AddBuffer(BufferMemory buffer) => (_buffers ??= []).Add(buffer);

    /// <summary>Ends it.</summary>
    /// <param name="forget">Forgets a token.</param>
    public void End(Action<long> forget)
    {
        _tokens?.ForEach(forget);
        _buffers?.ForEach(static buffer => buffer.Close());
        _tokens = null;
        _buffers = null;
    }
}
