namespace Overlap.Testing.Exploration;

/// <summary>What an exploration found.</summary>
public enum FailureKind
{
    /// <summary>An assertion failed.</summary>
    Assertion,

    /// <summary>An assertion failed after a lane overwrote what another had written to a shared variable since the lane read it.</summary>
    LostUpdate,

    /// <summary>Lanes wait for each other.</summary>
    Deadlock,

    /// <summary>A lane waits, and nobody is left who could wake it.</summary>
    LostWakeUp,

    /// <summary>The program, a task or a thread of it, ended with an exception.</summary>
    Exception,

    /// <summary>A task failed and nobody looked at it.</summary>
    UnobservedException,

    /// <summary>The results of concurrent operations are those of no order of the same operations one after the other.</summary>
    NotLinearizable,

    /// <summary>A schedule did not end within its steps.</summary>
    Endless,

    /// <summary>The program started more tasks or threads than allowed.</summary>
    TooManyLanes,

    /// <summary>Code of the program ran outside the explorer: on the pool, a real timer, a thread of its own.</summary>
    Escape,

    /// <summary>A step blocked the thread that runs all tasks, or a thread waited for what the explorer does not control.</summary>
    Blocked,

    /// <summary>The program took other steps under the same schedule: it depends on time, chance, or what an earlier run left.</summary>
    Divergence,
}
