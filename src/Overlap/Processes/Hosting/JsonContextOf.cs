using System.Reflection;
using System.Text.Json.Serialization;
using Overlap.Processes.Values;

namespace Overlap.Processes.Hosting;

/// <summary>Finds the pool's source-generated JSON contracts in the worker.</summary>
internal static class JsonContextOf
{
    /// <summary>Makes codecs with a context type's own default instance, as its generator writes it.</summary>
    /// <exception cref="NotPortableException">The type has none.</exception>
    public static ValueCodecs Codecs(Type contextType) =>
        contextType.GetProperty("Default", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null) is JsonSerializerContext context
            ? new ValueCodecs(context)
            : throw new NotPortableException($"{contextType.Name} has no static property Default: a worker cannot make its own.");
}
