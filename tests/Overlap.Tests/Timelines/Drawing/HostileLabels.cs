using Overlap.Timelines;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

/// <summary>Names that strangers choose.</summary>
internal static class HostileLabels
{
    public static readonly string[] All =
    [
        "</script><img src=x onerror=alert(1)>",
        "<!--<script>",
        "]]></title></svg>",
        "\"quotes' & <b>tags</b>",
        "control \0\a\b\t\r\n\u001b[31mred\u001b]0;title\u0007 \u007f\u0085",
        "lone \ud800 surrogates \udc00",
        "separators \u2028 and \u2029",
        "turned \u202e around \u200f\u2066",
        "not a character \uffff\ufffe",
        "wide 漢字 and 🙂 and e\u0301",
        "",
        new string('x', 10_000),
    ];

    /// <summary>One timeline in which every name there is is hostile.</summary>
    public static Timeline Timeline()
    {
        Lane[] lanes = [.. All.Select((label, i) => LaneOf(i, LaneKind.Slot, Call(i, i, 10 + i, 1, (SpanStatus)(i % 4), label)) with { Name = label })];
        return Of(All[0], All.Length * 10, 3, lanes) with { Title = string.Join(' ', All[..^1]) };
    }

    /// <summary>One timeline per hostile title and model.</summary>
    public static Timeline[] Titles() =>
        [.. All.Select(label => Of(label, 10, 1, LaneOf(0, LaneKind.Thread, Call(0, 0, 10, 1))) with { Title = label })];
}
