using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Client;

/// <summary>A call that was sent, and what it will return.</summary>
/// <typeparam name="T">The type of the result.</typeparam>
public sealed class TaskHandle<T> : TaskHandle
{
    internal TaskHandle(TaskClient client, string id, SendOutcome outcome)
        : base(client, id, outcome)
    {
    }

    /// <summary>Waits until the call has ended, and gives what it returned.</summary>
    /// <param name="progress">Told of each state before that.</param>
    /// <param name="cancellationToken">Gives up the wait; the call goes on.</param>
    /// <remarks><inheritdoc cref="TaskHandle.WaitAsync" path="/remarks"/></remarks>
    /// <exception cref="RemoteTaskException">The call has failed.</exception>
    /// <exception cref="TaskRevokedException">The call was taken back, was terminated, or has expired.</exception>
    /// <exception cref="WireConversionException">What it returned does not fit the type.</exception>
    /// <exception cref="InvalidOperationException">The client has no result backend.</exception>
    public async ValueTask<T> GetAsync(Action<ResultDocument>? progress = null, CancellationToken cancellationToken = default)
    {
        ResultDocument document = await WaitAsync(progress, cancellationToken).ConfigureAwait(false);
        return document.State switch
        {
            TaskState.Success => Client.Converter.Read<T>(document.Result),
            TaskState.Revoked => throw new TaskRevokedException(document),
            _ => throw new RemoteTaskException(document),
        };
    }
}
