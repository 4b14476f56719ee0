using Overlap.Executors;

namespace Overlap.Cli.Arguments;

/// <summary>Models in the order given, such as <c>inline,async</c>; each once.</summary>
internal sealed record ModelList(IReadOnlyList<ExecutionModel> Models)
{
    public static ModelList? TryParse(string text)
    {
        List<ExecutionModel> models = [];
        foreach (string name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (ModelName.TryParse(name) is not { Model: ExecutionModel model })
            {
                return null;
            }

            if (!models.Contains(model))
            {
                models.Add(model);
            }
        }

        return new ModelList(models);
    }
}
