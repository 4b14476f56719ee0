namespace Overlap.Benchmarks.Reporting;

/// <summary>The results of one day on one machine: a section for each area, replaced when the area is measured again.</summary>
internal sealed class ResultFile(string folder, DateOnly day)
{
    private const string SectionMark = "## ";

    public string Name { get; } = $"{day:yyyy-MM-dd}-{Machine.Name}.md";

    public void Write(string area, string section)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Name);
        SortedDictionary<string, string> sections = Read(path);
        sections[area] = section.Trim();
        string title = $"# Results of {day:yyyy-MM-dd}, {Machine.Name}\n\n{Machine.Description}. How to read this: [README](../README.md).\n";
        File.WriteAllText(path, $"{title}\n{string.Join("\n\n", sections.Select(static pair => $"{SectionMark}{pair.Key}\n\n{pair.Value}"))}\n");
    }

    private static SortedDictionary<string, string> Read(string path)
    {
        SortedDictionary<string, string> sections = new(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            foreach (string part in File.ReadAllText(path).Split($"\n{SectionMark}").Skip(1))
            {
                int end = part.IndexOf('\n');
                sections[part[..end].Trim()] = part[end..].Trim();
            }
        }

        return sections;
    }
}
