using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Overlap.Processes.Functions;

/// <summary>Makes exceptions again from their message and what well-known ones keep. Runs nothing but a constructor.</summary>
internal static class ExceptionMaker
{
    private const BindingFlags PublicInstance = BindingFlags.Public | BindingFlags.Instance;

    /// <returns><see langword="null"/> if it cannot be made.</returns>
    public static Exception? TryMake(Type type, string message, Exception[] inner, ExceptionDetails details)
    {
        try
        {
            return WellKnown(type, message, inner, details) ?? ByConstructor(type, message, inner.FirstOrDefault());
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // Its author's constructor wants something else; the caller shows the failure in another form.
            return null;
        }
    }

    // Those whose message is put together from parts: given whole, the parts would be said twice or be lost.
    private static Exception? WellKnown(Type type, string message, Exception[] inner, ExceptionDetails details)
    {
        Exception? cause = inner.FirstOrDefault();
        if (type == typeof(AggregateException))
        {
            string told = string.Concat(inner.Select(static each => $" ({MessageOf(each)})"));
            return new AggregateException(told.Length > 0 && message.EndsWith(told, StringComparison.Ordinal) ? message[..^told.Length] : message, inner);
        }

        if (details.Name is { Length: > 0 } name)
        {
            string bare = message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal);
            Exception? made = type == typeof(ArgumentException) ? new ArgumentException(bare, name, cause)
                : type == typeof(ArgumentNullException) && cause is null ? new ArgumentNullException(name, bare)
                : type == typeof(ArgumentOutOfRangeException) && cause is null ? OutOfRange(name, details.Value, bare)
                : type == typeof(ObjectDisposedException) && cause is null ? new ObjectDisposedException(name, Before(message, Environment.NewLine))
                : type == typeof(FileNotFoundException) ? new FileNotFoundException(message, name, cause)
                : type == typeof(FileLoadException) ? new FileLoadException(message, name, cause)
                : type == typeof(RemoteCallException) ? new RemoteCallException(name, details.Value as string ?? "", "", cause)
                : type == typeof(TypeInitializationException) ? new TypeInitializationException(name, cause)
                : null;
            if (made is not null)
            {
                // Another wording than ours is kept whole: what it says matters more than how it is kept.
                return made.Message == message ? made : null;
            }
        }

        return type == typeof(SocketException) ? new SocketException(details.Code, message)
            : type == typeof(Win32Exception) ? new Win32Exception(details.Code, message)
            : type == typeof(HttpRequestException) ? new HttpRequestException(message, cause, details.Code == 0 ? null : (HttpStatusCode)details.Code)
            : null;
    }

    private static ArgumentOutOfRangeException OutOfRange(string name, object? value, string message) => value is null
        ? new ArgumentOutOfRangeException(name, message)
        : new ArgumentOutOfRangeException(name, value, Before(message, Environment.NewLine + $"Actual value was {value}."));

    private static string Before(string text, string mark) =>
        text.LastIndexOf(mark, StringComparison.Ordinal) is >= 0 and int at ? text[..at] : text;

    private static Exception ByConstructor(Type type, string message, Exception? cause)
    {
        Exception exception =
            type.GetConstructor(PublicInstance, [typeof(string), typeof(Exception)]) is { } full ? Invoke(full, message, cause)
            : type.GetConstructor(PublicInstance, [typeof(string)]) is { } simple ? Invoke(simple, message)
            : type.GetConstructor(PublicInstance, []) is { } bare ? Invoke(bare)
            : (Exception)RuntimeHelpers.GetUninitializedObject(type);

        // What a constructor takes for its message may have been meant as something else.
        MessageField(exception) = message;
        InnerField(exception) ??= cause;
        return exception;
    }

    private static Exception Invoke(ConstructorInfo constructor, params object?[] arguments) =>
        (Exception)constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);

    private static string? MessageOf(Exception exception)
    {
        try
        {
            return exception.Message;
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return null;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_message")]
    private static extern ref string? MessageField(Exception exception);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_innerException")]
    private static extern ref Exception? InnerField(Exception exception);
}
