using Overlap.Futures;

namespace Overlap.Tests.Futures;

public class OutcomeTests
{
    [Fact]
    public void Value_Success_ReturnsIt()
    {
        Outcome<int> outcome = Outcome<int>.FromValue(5);

        Assert.True(outcome.IsSuccess);
        Assert.Null(outcome.Exception);
        Assert.Equal(5, outcome.Value);
        Assert.True(outcome.TryGetValue(out int value));
        Assert.Equal(5, value);
    }

    [Fact]
    public void Value_Failure_ThrowsTheSameExceptionWithItsStack()
    {
        Outcome<int> outcome = Outcome<int>.FromException(Thrown());

        var exception = Assert.Throws<FormatException>(() => outcome.Value);

        Assert.Same(outcome.Exception, exception);
        Assert.Contains(nameof(Thrown), exception.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void TryGetValue_Failure_ReturnsFalse()
    {
        Assert.False(Outcome<string>.FromException(new FormatException()).TryGetValue(out string? value));
        Assert.Null(value);
    }

    [Fact]
    public void FromException_Null_Throws() => Assert.Throws<ArgumentNullException>("exception", () => Outcome<int>.FromException(null!));

    [Fact]
    public void FromTask_Succeeded_HasItsResult() => Assert.Equal(Outcome<int>.FromValue(3), Outcome<int>.FromTask(Task.FromResult(3)));

    [Fact]
    public void FromTask_Failed_HasItsOwnExceptionNotTheAggregate()
    {
        var exception = new FormatException("bad");

        Outcome<int> outcome = Outcome<int>.FromTask(Task.FromException<int>(exception));

        Assert.Same(exception, outcome.Exception);
        Assert.False(outcome.IsCanceled);
        Assert.Equal("FormatException: bad", outcome.ToString());
    }

    [Fact]
    public void FromTask_Cancelled_KeepsTheToken()
    {
        var token = new CancellationToken(canceled: true);

        Outcome<int> outcome = Outcome<int>.FromTask(Task.FromCanceled<int>(token));

        Assert.True(outcome.IsCanceled);
        Assert.False(outcome.IsSuccess);
        Assert.Equal(token, Assert.IsType<OperationCanceledException>(outcome.Exception, exactMatch: false).CancellationToken);
    }

    [Fact]
    public void FromTask_NotEnded_Throws() =>
        Assert.Throws<InvalidOperationException>(() => Outcome<int>.FromTask(new TaskCompletionSource<int>().Task));

    private static FormatException Thrown()
    {
        try
        {
            throw new FormatException();
        }
        catch (FormatException exception)
        {
            return exception;
        }
    }
}
