using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>Values that are made when they are first asked for.</summary>
internal static class LazyBugs
{
    /// <summary>Whether there is a value is not asked again behind the gate.</summary>
    public static void MadeTwice(ThreadExplorer x, bool isPlanted)
    {
        Lock gate = new();
        object? value = null;
        int made = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"user {i}", () =>
            {
                if (Volatile.Read(ref value) is not null)
                {
                    return;
                }

                gate.Enter();
                if (isPlanted || Volatile.Read(ref value) is null)
                {
                    made++;
                    Volatile.Write(ref value, new object());
                }

                gate.Exit();
            });
        }

        x.AtEnd(() => x.Assert(made == 1, "the value was made twice"));
    }

    /// <summary>The flag that says that the value is there is written before the value.</summary>
    public static void FlagBeforeValue(ThreadExplorer x, bool isPlanted)
    {
        Lock gate = new();
        string? value = null;
        bool isMade = false;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"user {i}", () =>
            {
                if (!Volatile.Read(ref isMade))
                {
                    gate.Enter();
                    if (!Volatile.Read(ref isMade))
                    {
                        Volatile.Write(ref isMade, isPlanted);
                        Volatile.Write(ref value, "made");
                        Volatile.Write(ref isMade, true);
                    }

                    gate.Exit();
                }

                _ = Volatile.Read(ref value)!.Length;
            });
        }
    }
}
