using System.Text.Json;
using Overlap.Testing.Exploration;

namespace Overlap.Cli.Races;

/// <summary>What came of one program: its object for machines, its story for people.</summary>
/// <param name="Object">The result as <see cref="ExplorationJson"/> writes it.</param>
/// <param name="Text">The story.</param>
internal sealed record RaceReport(JsonElement Object, string Text)
{
    public bool Found => Seed is not null;

    public string Program => Object.GetProperty("program").GetString()!;

    /// <summary>What repeats the failure; <see langword="null"/> when nothing was found.</summary>
    public string? Seed => Object.GetProperty("failure") is { ValueKind: JsonValueKind.Object } failure ? failure.GetProperty("seed").GetString() : null;

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
