using System.Text;
using System.Text.Json;

namespace Overlap.Testing.Exploration;

/// <summary>The JSON form of an exploration, for machines.</summary>
/// <remarks>
/// Shape: <c>{"version":1,"program":…,"strategy":…,"schedules":…,"steps":…,"exhausted":…,"seconds":…,"failure":null|{"kind":…,"message":…,"seed":…,
/// "foundAt":…,"lanes":[…],"steps":[{"number":…,"lane":…,"action":…,"remark":…,"file":…,"line":…}]}}</c>; a remark, a file or a line that is not
/// known is <see langword="null"/>.
/// Units: seconds of real time; numbers of steps and schedules from 1.
/// </remarks>
public static class ExplorationJson
{
    /// <summary>Writes one exploration as an object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="result">The exploration.</param>
    public static void Write(Utf8JsonWriter json, ExplorationResult result)
    {
        ArgumentNullException.ThrowIfNull(json);
        ArgumentNullException.ThrowIfNull(result);
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        json.WriteString("program", result.Program);
        json.WriteString("strategy", result.Strategy);
        json.WriteNumber("schedules", result.Schedules);
        json.WriteNumber("steps", result.Steps);
        json.WriteBoolean("exhausted", result.IsExhausted);
        json.WriteNumber("seconds", Math.Round((decimal)result.Elapsed.TotalSeconds, 6));
        if (result.Failure is { } failure)
        {
            json.WritePropertyName("failure");
            Write(json, failure);
        }
        else
        {
            json.WriteNull("failure");
        }

        json.WriteEndObject();
    }

    /// <summary>The name of a kind in JSON and in text: lower case, words joined by hyphens.</summary>
    /// <param name="kind">The kind.</param>
    public static string NameOf(FailureKind kind)
    {
        StringBuilder name = new();
        foreach (char letter in kind.ToString())
        {
            if (char.IsUpper(letter) && name.Length > 0)
            {
                name.Append('-');
            }

            name.Append(char.ToLowerInvariant(letter));
        }

        return name.ToString();
    }

    private static void Write(Utf8JsonWriter json, ExplorationFailure failure)
    {
        json.WriteStartObject();
        json.WriteString("kind", NameOf(failure.Kind));
        json.WriteString("message", failure.Message);
        json.WriteString("seed", failure.Seed);
        json.WriteNumber("foundAt", failure.FoundAt);
        json.WriteStartArray("lanes");
        foreach (string lane in failure.Lanes)
        {
            json.WriteStringValue(lane);
        }

        json.WriteEndArray();
        json.WriteStartArray("steps");
        foreach (ExplorationStep step in failure.Steps)
        {
            Write(json, step);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ExplorationStep step)
    {
        json.WriteStartObject();
        json.WriteNumber("number", step.Number);
        json.WriteString("lane", step.Lane);
        json.WriteString("action", step.Action);
        json.WriteString("remark", step.Remark);
        json.WriteString("file", step.File);
        if (step.Line > 0)
        {
            json.WriteNumber("line", step.Line);
        }
        else
        {
            json.WriteNull("line");
        }

        json.WriteEndObject();
    }
}
