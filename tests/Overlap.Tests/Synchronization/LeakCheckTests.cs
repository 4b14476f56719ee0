using System.Runtime.CompilerServices;

namespace Overlap.Tests.Synchronization;

/// <summary>The check itself must see what it is there to see.</summary>
[Collection(nameof(QuietCollection))]
public sealed class LeakCheckTests
{
    private readonly LeakCheckAttribute _check = new();

    [Fact]
    public void After_NothingLeft_Passes()
    {
        _check.Before(null!, null!);
        _check.After(null!, null!);
    }

    [Fact]
    public void After_ExceptionUnobserved_Fails()
    {
        _check.Before(null!, null!);
        Abandon();
        Assert.ThrowsAny<Exception>(() => _check.After(null!, null!));
    }

    [Fact]
    public void CountOf_TokenWithTwoRegistrations_IsTwo()
    {
        using CancellationTokenSource source = new();
        using CancellationTokenRegistration first = source.Token.Register(static () => { });
        using CancellationTokenRegistration second = source.Token.Register(static () => { });
        Assert.Equal(2, Registrations.CountOf(source));
    }

    [Fact]
    public void CountOf_RegistrationDisposed_IsZero()
    {
        using CancellationTokenSource source = new();
        source.Token.Register(static () => { }).Dispose();
        Assert.Equal(0, Registrations.CountOf(source));
    }

    // In a method of its own, so that no frame of the test keeps the task.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon()
    {
        TaskCompletionSource failed = new();
        failed.SetException(new InvalidOperationException("abandoned"));
    }
}
