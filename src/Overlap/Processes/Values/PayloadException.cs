namespace Overlap.Processes.Values;

/// <summary>Bytes from another process are not what they should be.</summary>
internal sealed class PayloadException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Whether the bytes are at fault, and so who sent them; else it is the value's own code that refuses a value.</summary>
    public bool IsOfTheBytes => InnerException is null or PayloadException or System.Text.Json.JsonException;

    public static PayloadException TooShort() => new("The bytes from the other process end too early.");

    public static PayloadException Nonsense(string what) => new($"The other process sent an impossible {what}.");

    public static PayloadException Nonsense(string what, Exception innerException) =>
        new($"The other process sent an impossible {what}: {innerException.Message}", innerException);
}
