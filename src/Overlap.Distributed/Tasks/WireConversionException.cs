namespace Overlap.Distributed.Tasks;

/// <summary>A value that travels does not fit a type, or a value of a type has no form in which to travel.</summary>
/// <param name="message">One line that names the type and the value.</param>
/// <param name="innerException">What noticed it.</param>
public sealed class WireConversionException(string message, Exception? innerException = null) : FormatException(message, innerException);
