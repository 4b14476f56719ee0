namespace Overlap.Distributed.Tasks;

/// <summary>A parameter of a task that its caller gives a value for.</summary>
/// <param name="Name">Its name; a caller may also write it with underscores, <c>user_id</c> for <c>userId</c>.</param>
/// <param name="Type">Its type.</param>
/// <param name="IsOptional">Whether a call may leave it out.</param>
public sealed record TaskParameter(string Name, Type Type, bool IsOptional = false)
{
    /// <summary>The name as Python writes names.</summary>
    internal string SnakeName { get; } = System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(Name);
}
