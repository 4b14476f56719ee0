using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Hosting;

/// <summary>Makes a kind of broker, and the result backend that goes with it, of a URL. Each assembly that has one names it by <see cref="TransportAttribute"/>.</summary>
internal abstract class Transport
{
    /// <summary>Makes a broker. It is not reached before it is used.</summary>
    /// <exception cref="FormatException">The URL is wrong; the message names the part, and no password.</exception>
    public abstract IBroker CreateBroker(string url, TransportSettings settings);

    /// <summary>Makes a result backend. It is not reached before it is used.</summary>
    /// <exception cref="FormatException">The URL is wrong; the message names the part, and no password.</exception>
    public abstract IResultBackend CreateBackend(string url, TransportSettings settings);

    /// <summary>The file that a URL means; <see langword="null"/>: it means a server.</summary>
    /// <exception cref="FormatException">The URL is wrong; the message names the part, and no password.</exception>
    public virtual string? FileOf(string url) => null;
}
