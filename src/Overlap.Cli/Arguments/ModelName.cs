using Overlap.Executors;

namespace Overlap.Cli.Arguments;

/// <summary>The word for an execution model on the command line and in the output.</summary>
internal sealed record ModelName(ExecutionModel Model)
{
    /// <summary>What a user may write.</summary>
    public const string Expected = "inline, threads, async or processes";

    /// <summary>Reads a model's name.</summary>
    /// <param name="text">The name; <c>sync</c> is taken for <c>inline</c>.</param>
    /// <returns>The model, or <see langword="null"/> when no model that can be used has this name.</returns>
    public static ModelName? TryParse(string text) => text switch
    {
        "inline" or "sync" => new ModelName(ExecutionModel.Inline),
        "threads" => new ModelName(ExecutionModel.Threads),
        "async" => new ModelName(ExecutionModel.Async),
        "processes" => new ModelName(ExecutionModel.Processes),
        _ => null,
    };

    /// <summary>What a user may write of some models.</summary>
    public static string ExpectedOf(IReadOnlyList<ExecutionModel> models)
    {
        string[] words = WordsOf(models);
        return $"{string.Join(", ", words[..^1])} or {words[^1]}";
    }

    /// <summary>The words of some models.</summary>
    public static string[] WordsOf(IReadOnlyList<ExecutionModel> models)
    {
        // No query: what it is made of would be compiled at every start, for a type that only this assembly knows.
        string[] words = new string[models.Count];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Of(models[i]);
        }

        return words;
    }

    public static string Of(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => "inline",
        ExecutionModel.Threads => "threads",
        ExecutionModel.Async => "async",
        ExecutionModel.Processes => "processes",
        _ => "cluster",
    };
}
