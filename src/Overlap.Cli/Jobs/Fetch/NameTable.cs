namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Gives every URL of a list a name of its own, in the order of the list.</summary>
/// <remarks>
/// The first URL with a name gets it; each further one gets <c>name~xxxxxxxx.ext</c>, eight digits that depend on the URL alone,
/// so that taking lines out of the list does not give a file to another URL. Names that differ in case only count as the same.
/// </remarks>
internal sealed class NameTable
{
    private readonly FingerprintTable _taken = new();

    /// <summary>Chooses and takes a name.</summary>
    public string Take(Uri uri, long line)
    {
        string name = SafeName.FromUri(uri);
        if (TryTake(name, line))
        {
            return name;
        }

        (ulong high, ulong low) = Fingerprint.Stable.Of(UrlText.Identity(uri));
        string[] additions = [$"~{high >> 32:x8}", $"~{high:x16}", $"~{high:x16}{low:x16}"];
        foreach (string addition in additions)
        {
            string longer = SafeName.Append(name, addition);
            if (TryTake(longer, line))
            {
                return longer;
            }
        }

        // Only a list made for it comes here; lines are unique.
        return SafeName.Append(name, $"~{high:x16}{low:x16}-{line}");
    }

    private bool TryTake(string name, long line) => _taken.Add(SafeName.Fold(name), line) == 0;
}
