namespace Overlap.Processes.Values;

/// <summary>Refuses values of another type than the declared one: what the other type adds would be cut off without a word.</summary>
internal static class ExactType
{
    public static void Require(object value, Type declared)
    {
        if (value.GetType() != declared)
        {
            throw new NotPortableException(
                $"A {TypeNames.Of(value.GetType())} cannot travel where {TypeNames.Of(declared)} is declared: only what the declared type " +
                $"has would arrive. Declare it as {TypeNames.Of(value.GetType())}, or list it on the base type with [JsonDerivedType].");
        }
    }
}
