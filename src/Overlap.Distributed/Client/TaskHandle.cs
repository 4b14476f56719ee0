using System.Diagnostics;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Client;

/// <summary>A call that was sent: how it stands, and how to take it back.</summary>
[DebuggerDisplay("{Id,nq}")]
public class TaskHandle
{
    internal TaskHandle(TaskClient client, string id, SendOutcome outcome)
    {
        Client = client;
        Id = id;
        Outcome = outcome;
    }

    /// <summary>The id of the call.</summary>
    public string Id { get; }

    /// <summary>What is known of its sending.</summary>
    public SendOutcome Outcome { get; }

    /// <summary>Who sent it.</summary>
    private protected TaskClient Client { get; }

    /// <summary>Reads how the call stands.</summary>
    /// <returns>Its document; <see langword="null"/>: nothing is known of it, it waits or there is no such call.</returns>
    /// <exception cref="InvalidOperationException">The client has no result backend.</exception>
    public ValueTask<ResultDocument?> ReadAsync(CancellationToken cancellationToken = default) => Client.Backend.ReadAsync(Id, cancellationToken);

    /// <summary>Reads the state of the call.</summary>
    /// <exception cref="InvalidOperationException">The client has no result backend.</exception>
    public async ValueTask<TaskState> GetStateAsync(CancellationToken cancellationToken = default) =>
        (await ReadAsync(cancellationToken).ConfigureAwait(false))?.State ?? TaskState.Pending;

    /// <summary>Waits until the call has ended, however.</summary>
    /// <param name="progress">Told of each state before that.</param>
    /// <param name="cancellationToken">Gives up the wait; the call goes on.</param>
    /// <remarks>
    /// Order: states as they were stored, some may be missed. Race: an end before the wait is seen. Memory: one entry for each wait.
    /// Cost: a subscription and a read.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The client has no result backend.</exception>
    public ValueTask<ResultDocument> WaitAsync(Action<ResultDocument>? progress = null, CancellationToken cancellationToken = default) =>
        Client.Backend.WaitAsync(Id, progress, cancellationToken);

    /// <summary>Tells all workers that listen now not to start the call.</summary>
    /// <param name="terminates">Whether to stop it if it runs: its token is cancelled.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <remarks>A worker that starts later has not heard it.</remarks>
    public ValueTask RevokeAsync(bool terminates = false, CancellationToken cancellationToken = default) =>
        Client.RevokeAsync([Id], terminates, cancellationToken);

    /// <summary>Deletes what the result backend knows of the call.</summary>
    /// <returns>Whether there was something.</returns>
    /// <exception cref="InvalidOperationException">The client has no result backend.</exception>
    public ValueTask<bool> ForgetAsync(CancellationToken cancellationToken = default) => Client.Backend.ForgetAsync(Id, cancellationToken);
}
