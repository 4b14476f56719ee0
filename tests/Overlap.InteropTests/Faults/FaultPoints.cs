using System.Reflection;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Sqlite;
using Overlap.Distributed.Worker;

namespace Overlap.InteropTests.Faults;

/// <summary>The fault points that the code has: found in it, so that a new one is in the tests by itself.</summary>
internal static class FaultPoints
{
    /// <summary>The names of those that a worker over a kind of broker passes.</summary>
    public static IReadOnlyList<string> Of(string kind)
    {
        Assembly broker = kind == "redis" ? typeof(RedisBroker).Assembly : typeof(SqliteBroker).Assembly;
        string[] names = [.. Of(typeof(WorkerHost).Assembly), .. Of(broker)];
        Assert.Distinct(names);
        return names;
    }

    private static IEnumerable<string> Of(Assembly assembly) => assembly.GetTypes()
        .Where(static type => type.Name.EndsWith(nameof(FaultPoints), StringComparison.Ordinal))
        .SelectMany(static type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(static field => field.FieldType == typeof(FaultPoint))
        .Select(static field => ((FaultPoint)field.GetValue(null)!).Name);
}
