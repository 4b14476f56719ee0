namespace Overlap.Processes.Values;

/// <summary>Bytes from another process are not what they should be.</summary>
internal sealed class PayloadException(string message) : Exception(message)
{
    public static PayloadException TooShort() => new("The bytes from the other process end too early.");

    public static PayloadException Nonsense(string what) => new($"The other process sent an impossible {what}.");
}
