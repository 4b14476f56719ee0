namespace Overlap.Processes.Values;

/// <summary>Why values of a type cannot travel.</summary>
/// <param name="Path">The member that stops them, from the type on; <see langword="null"/> when it is the type itself.</param>
/// <param name="Type">The type of that member.</param>
/// <param name="Reason">Why that type cannot, and what to do instead; goes on after the name.</param>
internal sealed record Refusal(string? Path, Type Type, string Reason)
{
    public string Sentence(Type root) => Path is not null ? $"{Path} ({TypeNames.Of(Type)}) {Reason}"
        : Type == root ? $"it {Reason}"
        : $"{TypeNames.Of(Type)} {Reason}";
}
