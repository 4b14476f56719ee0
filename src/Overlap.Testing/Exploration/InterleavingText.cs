using System.Text;

namespace Overlap.Testing.Exploration;

/// <summary>Tells an exploration as text.</summary>
internal static class InterleavingText
{
    public static string Of(ExplorationResult result)
    {
        StringBuilder text = new();
        if (result.Failure is not { } failure)
        {
            return $"{result.Program}: no failure in {result.Schedules} schedules ({result.Strategy})";
        }

        text.AppendLine($"{result.Program}: {failure.Kind} at schedule {failure.FoundAt} ({result.Strategy}): {failure.Message}");
        foreach (ExplorationStep step in failure.Steps)
        {
            text.AppendLine($"{step.Number,4}  {step.Lane}: {step.Action} {step.Remark} {step.File}:{step.Line}");
        }

        return text.Append($"seed {failure.Seed}").ToString();
    }
}
