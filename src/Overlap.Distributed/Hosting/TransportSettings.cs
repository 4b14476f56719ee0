using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Overlap.Distributed.Hosting;

/// <summary>What is common to all brokers and result backends that are made of a URL.</summary>
internal sealed record TransportSettings
{
    /// <summary>How long a call waits for a server that does not answer, or for a file that is locked; <see langword="null"/>: as long as it does by itself.</summary>
    public TimeSpan? Patience { get; init; }

    /// <summary>Where to log.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;
}
