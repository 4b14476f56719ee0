namespace Overlap.Distributed.Redis.Resp;

/// <summary>Commands that the server carries out together or not at all.</summary>
internal sealed class RespTransaction
{
    private readonly int _first;
    private int _exec = -1;

    /// <param name="batch">The batch that it is part of.</param>
    public RespTransaction(RespBatch batch)
    {
        Batch = batch;
        _first = batch.Add("MULTI");
    }

    /// <summary>Makes one that is a batch of its own.</summary>
    public RespTransaction()
        : this(new RespBatch())
    {
    }

    public RespBatch Batch { get; }

    /// <summary>How many commands it has.</summary>
    public int Count => Batch.Replies - _first - 1;

    /// <summary>Adds a command.</summary>
    /// <returns>The place of its result.</returns>
    public int Add(params ReadOnlySpan<RespArgument> arguments) => Batch.Add(arguments) - _first - 1;

    /// <summary>Begins a command whose arguments follow one by one.</summary>
    /// <returns>The place of its result.</returns>
    public int Begin(int arguments) => Batch.Begin(arguments) - _first - 1;

    /// <summary>Closes it.</summary>
    public RespTransaction Close()
    {
        _exec = Batch.Add("EXEC");
        return this;
    }

    /// <summary>Tells what came of it.</summary>
    /// <returns>The result of each command; <see langword="null"/>: something that was watched has changed, and nothing was done.</returns>
    /// <exception cref="RespErrorException">A command was refused. Unless it was refused while the others were carried out, nothing was done.</exception>
    public RespValue[]? Read(ReadOnlySpan<RespValue> replies)
    {
        RespValue end = replies[_exec];
        if (end.IsError)
        {
            // The reason is at the command that was refused; EXEC only says that there was one.
            foreach (ref readonly RespValue reply in replies[_first.._exec])
            {
                reply.OrThrow();
            }

            end.OrThrow();
        }

        if (end.IsNull)
        {
            return null;
        }

        RespValue[] results = end.Items.ToArray();
        foreach (ref readonly RespValue result in results.AsSpan())
        {
            result.OrThrow();
        }

        return results;
    }
}
