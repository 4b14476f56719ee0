namespace Overlap.Testing;

/// <summary>One wait of a test that ends with its value, or says what did not come: never a hang.</summary>
/// <remarks>
/// Exactly one of value, cancellation and lost patience ends it. The blocking form needs no free thread of the pool to be woken by a value.
/// </remarks>
internal sealed class PatientWaiter<T>(Func<string> complaint, TimeSpan patience, CancellationToken cancellationToken)
    : TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public async Task<T> WaitAsync()
    {
        CancellationTokenRegistration registration = Watch(out ITimer? timer);
        try
        {
            return await Task.ConfigureAwait(false);
        }
        finally
        {
            Unwatch(registration, timer);
        }
    }

    public T Wait()
    {
        CancellationTokenRegistration registration = Watch(out ITimer? timer);
        try
        {
            return Task.GetAwaiter().GetResult();
        }
        finally
        {
            Unwatch(registration, timer);
        }
    }

    private static void Unwatch(CancellationTokenRegistration registration, ITimer? timer)
    {
        registration.Dispose();
        timer?.Dispose();
    }

    private CancellationTokenRegistration Watch(out ITimer? timer)
    {
        // Real time on purpose: it guards the test program itself, whatever clock the code under test reads.
        timer = patience == Timeout.InfiniteTimeSpan || Task.IsCompleted
            ? null
            : TimeProvider.System.CreateTimer(static self => ((PatientWaiter<T>)self!).LosePatience(), this, patience, Timeout.InfiniteTimeSpan);
        return cancellationToken.UnsafeRegister(static self => ((PatientWaiter<T>)self!).Cancel(), this);
    }

    private void LosePatience()
    {
        if (!Task.IsCompleted)
        {
            TrySetException(new TimeoutException($"{complaint()} Waited {patience.TotalSeconds:0.###} s."));
        }
    }

    private void Cancel()
    {
        if (!Task.IsCompleted)
        {
            TrySetException(new OperationCanceledException(complaint(), cancellationToken));
        }
    }
}
