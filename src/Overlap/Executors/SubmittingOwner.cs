namespace Overlap.Executors;

/// <summary>Lets the calls of a map run on an executor that knows nothing but <see cref="IExecutor.SubmitAsync"/>.</summary>
internal sealed class SubmittingOwner(IExecutor executor) : ICallOwner
{
    /// <summary>The executor itself when it takes calls directly, or else this adapter.</summary>
    public static ICallOwner Of(IExecutor executor) => executor as ICallOwner ?? new SubmittingOwner(executor);

    public int Admit(ReadOnlySpan<Call> calls, out Exception? refusal)
    {
        for (int i = 0; i < calls.Length; i++)
        {
            try
            {
                calls[i].SubmitTo(executor);
            }
            catch (Exception exception)
            {
                refusal = exception;
                return i;
            }
        }

        refusal = null;
        return calls.Length;
    }

    // The executor was given the token: it withdraws its calls itself.
    public bool TryWithdraw(Call call) => false;
}
