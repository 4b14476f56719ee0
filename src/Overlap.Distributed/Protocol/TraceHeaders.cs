namespace Overlap.Distributed.Protocol;

/// <summary>The names of the headers that carry the context of a trace, as W3C writes it.</summary>
internal static class TraceHeaders
{
    public const string Parent = "traceparent";
    public const string State = "tracestate";
}
