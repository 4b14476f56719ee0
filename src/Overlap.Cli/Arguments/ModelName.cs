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

    public static string Of(ExecutionModel model) => model switch
    {
        ExecutionModel.Inline => "inline",
        ExecutionModel.Threads => "threads",
        ExecutionModel.Async => "async",
        ExecutionModel.Processes => "processes",
        _ => "cluster",
    };
}
