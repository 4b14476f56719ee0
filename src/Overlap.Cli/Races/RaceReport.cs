using System.Text.Json;
using Overlap.Testing.Exploration;

namespace Overlap.Cli.Races;

/// <summary>What came of one program: its object for machines, its story for people.</summary>
/// <param name="Object">The result as <see cref="ExplorationJson"/> writes it.</param>
/// <param name="Text">The story.</param>
internal sealed record RaceReport(JsonElement Object, string Text)
{
    public bool Found => Object.GetProperty("failure").ValueKind != JsonValueKind.Null;

    public static RaceReport Of(ExplorationResult result)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            ExplorationJson.Write(json, result);
        }

        using JsonDocument document = JsonDocument.Parse(stream.ToArray());
        return new RaceReport(document.RootElement.Clone(), result.ToString());
    }
}
