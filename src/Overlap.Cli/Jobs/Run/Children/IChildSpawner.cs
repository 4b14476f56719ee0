namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Starts children. Thread-safe.</summary>
internal interface IChildSpawner : IDisposable
{
    /// <summary>Starts a child.</summary>
    /// <param name="program">The path of the program; no search.</param>
    /// <param name="words">The words of the command, the program's own name first.</param>
    /// <param name="sequence">The item's place in the input.</param>
    /// <param name="routing">Where what it writes goes.</param>
    /// <param name="output">Takes it, when it goes through pipes.</param>
    /// <param name="error">The system's error number when it could not be started.</param>
    /// <returns>The child; <see langword="null"/> when it could not be started.</returns>
    Child? TrySpawn(byte[] program, WordBlock words, long sequence, OutputRouting routing, IChildOutput? output, out int error);
}
