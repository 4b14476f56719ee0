using System.Text;
using System.Text.Json;

namespace Overlap.Distributed.Tests;

/// <summary>Reads the captured files.</summary>
internal static class GoldenVectors
{
    public static IReadOnlyList<GoldenMessage> Messages { get; } = Rows("golden_redis_messages.json", row => new GoldenMessage(
        row.GetProperty("stack").GetString()!,
        row.GetProperty("scenario").GetString()!,
        BytesOf(row.GetProperty("raw"))));

    public static IReadOnlyList<GoldenResult> Results { get; } = Rows("golden_results.json", row => new GoldenResult(
        row.GetProperty("stack").GetString()!,
        row.GetProperty("scenario").GetString()!,
        row.GetProperty("key").GetString()!,
        row.GetProperty("type").GetString() == "string" ? BytesOf(row.GetProperty("raw")) : null));

    public static IReadOnlyList<GoldenResult> Published { get; } = Rows("golden_published.json", row => new GoldenResult(
        row.GetProperty("stack").GetString()!,
        row.GetProperty("scenario").GetString()!,
        row.GetProperty("channel").GetString()!,
        BytesOf(row.GetProperty("raw"))));

    public static IReadOnlyList<Probe> Probes { get; } = Rows("probes.json", row => new Probe(
        row.GetProperty("stack").GetString()!,
        row.GetProperty("probe").GetString()!,
        BytesOf(row.GetProperty("raw")),
        row.GetProperty("is_run").GetBoolean()));

    public static IEnumerable<int> Places(int count) => Enumerable.Range(0, count);

    private static IReadOnlyList<T> Rows<T>(string file, Func<JsonElement, T> read)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", file)));
        return [.. document.RootElement.EnumerateArray().Select(read)];
    }

    private static byte[] BytesOf(JsonElement raw) => raw.ValueKind == JsonValueKind.String
        ? Encoding.UTF8.GetBytes(raw.GetString()!)
        : Convert.FromBase64String(raw.GetProperty("base64").GetString()!);
}
