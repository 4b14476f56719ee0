using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>The stamps of a signature: they travel with all calls of a workflow, and lie among its options.</summary>
/// <remarks>
/// Shape: an option <c>stamped_headers</c> lists names, and each is an option of its own; what is of another form is no stamp, and stays where it is.
/// Source: Celery 5.3 and later, by the signatures and messages that its clients write.
/// </remarks>
internal static class StampedOptions
{
    private const string Names = "stamped_headers";
    private const string Nesting = "replaced_task_nesting";

    /// <summary>Gives a message the stamps of a signature.</summary>
    public static TaskMessage Stamp(TaskMessage message, WireMap options)
    {
        if (options.Count == 0)
        {
            return message;
        }

        ImmutableArray<string> names = options[Names] is { Kind: WireKind.Array } list
            ? [.. list.AsArray().Where(static name => name.Kind == WireKind.Text).Select(static name => name.AsText()).Distinct()]
            : [];
        return message with
        {
            StampedHeaders = names,
            Stamps = new WireMap(names.Where(options.ContainsKey).Select(name => KeyValuePair.Create(name, options[name]))),
            ReplacedTaskNesting = options[Nesting] is { Kind: WireKind.Integer } depth ? (int)Math.Clamp(depth.AsInteger(), 0, int.MaxValue) : 0,
        };
    }
}
