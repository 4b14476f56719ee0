namespace Overlap.ArchitectureTests;

/// <summary>
/// Who may import whom: downwards only, any number of floors; siblings on a floor do not know each other.
/// To add an arrow is to edit this table in the same commit.
/// </summary>
internal static class Layers
{
    /// <summary>The floors inside the assembly Overlap, from the ground up.</summary>
    private static readonly string[][] Library =
    [
        ["Overlap.Waiting", "Overlap.Diagnostics", "Overlap.Timelines"],
        ["Overlap.Timelines.Drawing"],
        ["Overlap.Synchronization"],
        ["Overlap.Futures", "Overlap.Adaptation"],
        ["Overlap.Executors"],
        ["Overlap.Actors", "Overlap.Processes", "Overlap.Pipelines"],
        ["Overlap.Advice"],
    ];

    /// <summary>The floors of assemblies above it. A program may use all below, and wires siblings together.</summary>
    private static readonly string[][] Assemblies =
    [
        ["Overlap.Distributed.Protocol", "Overlap.Distributed.Diagnostics", "Overlap.Testing", "Overlap.Generators"],
        ["Overlap.Distributed.Brokers", "Overlap.Distributed.Backends", "Overlap.Distributed.Tasks", "Overlap.Distributed.Events"],
        ["Overlap.Distributed.Canvas"],
        ["Overlap.Distributed.Client"],
        ["Overlap.Distributed.Worker", "Overlap.Distributed.Beat"],
        ["Overlap.Distributed.Hosting"],
        ["Overlap.Distributed.Redis", "Overlap.Distributed.RabbitMq", "Overlap.Distributed.Sqlite", "Overlap.Dashboard"],
        ["Overlap.Cli"],
    ];

    /// <summary>Arrows that the floors alone would forbid or allow wrongly.</summary>
    private static readonly (string From, string To)[] Forbidden =
    [
        ("Overlap.Dashboard", "Overlap.Testing"),
        ("Overlap.Distributed.Diagnostics", "Overlap.Testing"),
        ("Overlap.Distributed.Brokers", "Overlap.Testing"),
        ("Overlap.Distributed.Backends", "Overlap.Testing"),
        ("Overlap.Distributed.Tasks", "Overlap.Testing"),
        ("Overlap.Distributed.Events", "Overlap.Testing"),
        ("Overlap.Distributed.Canvas", "Overlap.Testing"),
        ("Overlap.Distributed.Client", "Overlap.Testing"),
        ("Overlap.Distributed.Worker", "Overlap.Testing"),
        ("Overlap.Distributed.Beat", "Overlap.Testing"),
        ("Overlap.Distributed.Hosting", "Overlap.Testing"),
        ("Overlap.Distributed.Redis", "Overlap.Testing"),
        ("Overlap.Distributed.RabbitMq", "Overlap.Testing"),
        ("Overlap.Distributed.Sqlite", "Overlap.Testing"),
    ];

    public static bool IsKnown(string name) => FloorOf(name) is not null;

    public static bool MayImport(string from, string to)
    {
        (int Floor, string Room)? user = FloorOf(from);
        (int Floor, string Room)? used = FloorOf(to);
        if (user is null || used is null)
        {
            return false;
        }

        return !Forbidden.Contains((user.Value.Room, used.Value.Room))
            && (user.Value.Room == used.Value.Room || user.Value.Floor > used.Value.Floor);
    }

    private static (int Floor, string Room)? FloorOf(string name)
    {
        string[][] floors = [.. Library, .. Assemblies];
        string? room = floors.SelectMany(static rooms => rooms)
            .Where(candidate => name == candidate || name.StartsWith(candidate + ".", StringComparison.Ordinal))
            .MaxBy(static candidate => candidate.Length);
        return room is null ? null : (Array.FindIndex(floors, rooms => rooms.Contains(room)), room);
    }
}
