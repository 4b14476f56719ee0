using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Backends;

/// <summary>Settings of an <see cref="InMemoryBackend"/>.</summary>
public sealed record InMemoryBackendOptions
{
    /// <summary>How long a document is kept after it was stored last. Default: a day.</summary>
    public TimeSpan Expiry { get; init => field = Guard.Positive(value); } = TimeSpan.FromDays(1);

    /// <summary>The clock of the expiry. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = Guard.NotNull(value); } = TimeProvider.System;
}
