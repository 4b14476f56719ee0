using System.Text.Json;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What a worker process needs to do transfers in its run's name: data alone.</summary>
/// <param name="Settings">The job's settings, as JSON.</param>
/// <param name="Paces">The file of <see cref="SharedPaces"/>.</param>
/// <param name="Workers">The worker processes that share the run's retries.</param>
internal sealed record TransferSeat(string Settings, string Paces, int Workers)
{
    // A pair of numbers keeps them in fields.
    private static readonly JsonSerializerOptions Form = new() { IncludeFields = true };

    /// <summary>Makes the seat of a run's workers.</summary>
    public static TransferSeat Of<T>(T options, SharedPaces paces, int workers)
        where T : TransferOptions => new(JsonSerializer.Serialize((T)(TransferOptions)(options with { Urls = [], InputFile = null }), Form), paces.Path, workers);

    /// <summary>Reads the settings. The clock is the system's, and there is no list to read.</summary>
    public T Read<T>()
        where T : TransferOptions => JsonSerializer.Deserialize<T>(Settings, Form)!;
}
