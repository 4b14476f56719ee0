using System.Text.Json;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What must still be true of a resource for a partial file to be continued. Kept beside the partial file.</summary>
/// <param name="Key">What the URL is known by; no secrets.</param>
/// <param name="Validator">The strong entity tag or the date that goes into <c>If-Range</c>.</param>
/// <param name="Length">The length of the whole resource, if the server told it.</param>
internal sealed record ResumeRecord(string Key, string Validator, long? Length)
{
    /// <summary>What is appended to the final name.</summary>
    public const string Suffix = ".part.json";

    private const int MaxBytes = 64 * 1024;

    /// <summary>Takes the record from the headers of a full response.</summary>
    /// <returns>The record, or <see langword="null"/> when the response cannot be continued later.</returns>
    public static ResumeRecord? From(string key, HttpResponseMessage response)
    {
        string? validator = response.Headers.ETag is { IsWeak: false } tag
            ? tag.Tag
            : response.Content.Headers.LastModified?.ToString("r");
        bool never = response.Headers.AcceptRanges.Contains("none") || response.Content.Headers.ContentEncoding.Count > 0;
        return validator is null || never ? null : new ResumeRecord(key, validator, response.Content.Headers.ContentLength);
    }

    /// <summary>Writes the record of a file.</summary>
    public void Write(TargetFolder folder, string name)
    {
        using MemoryStream json = new();
        using (Utf8JsonWriter writer = new(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", 1);
            writer.WriteString("key", Key);
            writer.WriteString("validator", Validator);
            if (Length is { } length)
            {
                writer.WriteNumber("length", length);
            }

            writer.WriteEndObject();
        }

        folder.Remove(name + Suffix);
        int file = folder.Create(name + Suffix);
        if (file >= 0)
        {
            using OpenFile open = new(file, name + Suffix);
            open.Write(json.GetBuffer().AsSpan(0, (int)json.Length));
        }
    }

    /// <summary>Reads the record of a file; one that is damaged or of another version is as good as none.</summary>
    public static ResumeRecord? Read(TargetFolder folder, string name)
    {
        int file = folder.OpenExisting(name + Suffix, write: false);
        if (file < 0)
        {
            return null;
        }

        byte[] buffer = new byte[MaxBytes];
        int count;
        using (OpenFile open = new(file, name + Suffix))
        {
            count = open.Read(buffer);
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(buffer.AsMemory(0, count));
            JsonElement root = json.RootElement;
            return root.GetProperty("version").GetInt32() != 1
                ? null
                : new ResumeRecord(
                    root.GetProperty("key").GetString()!,
                    root.GetProperty("validator").GetString()!,
                    root.TryGetProperty("length", out JsonElement length) ? length.GetInt64() : null);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}
