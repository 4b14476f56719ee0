using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace Overlap.Futures;

/// <summary>The end of a call as a value: a result, or the exception that ended it.</summary>
/// <remarks>For places that a stack does not reach: another thread, process or machine, and a stream that goes on after a failure.</remarks>
/// <typeparam name="T">The type of the result.</typeparam>
public readonly record struct Outcome<T>
{
    private readonly T _value;

    private Outcome(T value, Exception? exception)
    {
        _value = value;
        Exception = exception;
    }

    /// <summary>The exception that ended the call, or <see langword="null"/> when it succeeded.</summary>
    public Exception? Exception { get; }

    /// <summary>Whether the call gave a result.</summary>
    [MemberNotNullWhen(false, nameof(Exception))]
    public bool IsSuccess => Exception is null;

    /// <summary>Whether the call was cancelled before it gave a result.</summary>
    public bool IsCanceled => Exception is OperationCanceledException;

    /// <summary>The result; throws the call's own exception, with its stack, when there is none.</summary>
    public T Value
    {
        get
        {
            if (Exception is not null)
            {
                ExceptionDispatchInfo.Throw(Exception);
            }

            return _value;
        }
    }

    /// <summary>Makes the outcome of a call that succeeded.</summary>
    /// <param name="value">The result.</param>
    public static Outcome<T> FromValue(T value) => new(value, null);

    /// <summary>Makes the outcome of a call that failed or was cancelled.</summary>
    /// <param name="exception">What ended the call.</param>
    public static Outcome<T> FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new Outcome<T>(default!, exception);
    }

    /// <summary>Reads the outcome of a task that has ended.</summary>
    /// <param name="task">A task that has ended; of several exceptions the first is kept.</param>
    /// <exception cref="InvalidOperationException">The task has not ended.</exception>
    public static Outcome<T> FromTask(Task<T> task)
    {
        ArgumentNullException.ThrowIfNull(task);
        return task.Status switch
        {
            TaskStatus.RanToCompletion => FromValue(task.Result),
            TaskStatus.Faulted => FromException(task.Exception!.InnerException!),
            TaskStatus.Canceled => FromException(CancellationOf(task)),
            _ => throw new InvalidOperationException("The task has not ended."),
        };
    }

    /// <summary>Tells the result when there is one.</summary>
    /// <param name="value">The result, or the default of its type.</param>
    /// <returns>Whether the call succeeded.</returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return IsSuccess;
    }

    /// <inheritdoc/>
    public override string ToString() => Exception is null ? $"{_value}" : $"{Exception.GetType().Name}: {Exception.Message}";

    private static OperationCanceledException CancellationOf(Task task)
    {
        try
        {
            task.GetAwaiter().GetResult();
            throw new InvalidOperationException("The task has not ended.");
        }
        catch (OperationCanceledException canceled)
        {
            return canceled;
        }
    }
}
