using System.Collections.Immutable;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Worker;

/// <summary>The calls that follow one.</summary>
/// <param name="Publications">Those that are sent.</param>
/// <param name="Ids">The ids of those.</param>
/// <param name="Skipped">The ids of those that never come because the call has failed.</param>
/// <param name="Refused">The ids of those that this worker cannot send.</param>
internal sealed record SequelCalls(
    ImmutableArray<Publication> Publications, ImmutableArray<string> Ids, ImmutableArray<string> Skipped, ImmutableArray<string> Refused)
{
    /// <summary>None.</summary>
    public static SequelCalls None { get; } = new([], [], [], []);

    /// <summary>Those that are sent, as a result document names them.</summary>
    public WireValue Children => Ids.Select(static id => (WireValue)ImmutableArray.Create<WireValue>(ImmutableArray.Create<WireValue>(id, default), default)).ToImmutableArray();

    /// <summary>Gathers them.</summary>
    internal sealed class Builder
    {
        private readonly ImmutableArray<Publication>.Builder _publications = ImmutableArray.CreateBuilder<Publication>();
        private readonly ImmutableArray<string>.Builder _ids = ImmutableArray.CreateBuilder<string>();
        private readonly ImmutableArray<string>.Builder _skipped = ImmutableArray.CreateBuilder<string>();
        private readonly ImmutableArray<string>.Builder _refused = ImmutableArray.CreateBuilder<string>();

        public void Add(Publication publication, string id)
        {
            _publications.Add(publication);
            _ids.Add(id);
        }

        public void Skip(string? id)
        {
            if (id is not null)
            {
                _skipped.Add(id);
            }
        }

        public void Refuse(string? id)
        {
            if (id is not null)
            {
                _refused.Add(id);
            }
        }

        public SequelCalls Build() => new(_publications.ToImmutable(), _ids.ToImmutable(), _skipped.ToImmutable(), _refused.ToImmutable());
    }
}
