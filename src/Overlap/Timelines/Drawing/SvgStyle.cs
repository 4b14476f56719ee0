namespace Overlap.Timelines.Drawing;

/// <summary>Colours and patterns of the pictures: work dark and firm, waiting light and hatched, so that they differ in black and white.</summary>
internal static class SvgStyle
{
    public const string Definitions = """
        <style>
        text{font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-size:12px;fill:#0f172a}
        .title{font-size:20px;font-weight:700}.model{font-size:15px;font-weight:700}.wall{font-size:15px;font-weight:700;font-variant-numeric:tabular-nums}
        .factor{font-size:13px;font-weight:600;fill:#1d4ed8}.muted,.axis,.lane,.lenstext{fill:#475569}.lane,.axis,.lenstext{font-size:11px}
        .end{text-anchor:end}.mid{text-anchor:middle}
        .ground{fill:#fff;stroke:#e2e8f0}.idle{fill:#f1f5f9}.grid{stroke:#e2e8f0;fill:none}.tick{stroke:#94a3b8}
        .wedge{fill:#94a3b8;fill-opacity:.16}.lens{fill:#fff;stroke:#94a3b8}
        .limit{fill:#93c5fd;stroke:#1d4ed8}.flight{fill:#94a3b8}.queue{fill:#fcd34d}.tail{fill:none;stroke:#0f172a;stroke-dasharray:4 3}.bound{fill:none;stroke:#0f172a;stroke-width:1.6;stroke-dasharray:2 2}.critical{font-weight:700;fill:#0f172a}
        .work{fill:#1d4ed8}.wait{fill:url(#ov-wait)}.hidden{fill:url(#ov-hidden)}.held{fill:url(#ov-held)}.retry{fill:url(#ov-retry)}
        .wait0{fill:#fee9e7}.wait1{stroke:#f3938c;stroke-width:1.2}.hidden0{fill:#e2e8f0}.hidden1{fill:#64748b}
        .held0{fill:#fef3c7}.held1{stroke:#d97706;stroke-width:1.6}.retry0{fill:#f3e8ff}.retry1{stroke:#9333ea;stroke-width:1.6}
        .fail{fill:#020617}.failhalo{stroke:#fff;stroke-width:5.5;fill:none;stroke-linecap:round}.failmark{stroke:#020617;stroke-width:2.4;fill:none;stroke-linecap:round}
        @media (prefers-color-scheme:dark){
        text{fill:#f1f5f9}.muted,.axis,.lane,.lenstext{fill:#a3b1c6}.factor{fill:#7dd3fc}
        .ground{fill:#0d1525;stroke:#1e293b}.idle{fill:#182234}.grid{stroke:#1e293b}.tick{stroke:#64748b}
        .wedge{fill:#94a3b8;fill-opacity:.12}.lens{fill:#0d1525;stroke:#64748b}
        .limit{fill:#1e3a5f;stroke:#60a5fa}.flight{fill:#64748b}.queue{fill:#92600a}.tail,.bound{stroke:#f1f5f9}.critical{fill:#f1f5f9}.work{fill:#60a5fa}.wait0{fill:#3f1722}.wait1{stroke:#b3405a}.hidden0{fill:#253247}.hidden1{fill:#94a3b8}
        .held0{fill:#3b2a0a}.held1{stroke:#f59e0b}.retry0{fill:#2e1550}.retry1{stroke:#c084fc}
        .fail{fill:#fff}.failhalo{stroke:#0d1525}.failmark{stroke:#fff}}
        </style>
        <defs>
        <pattern id="ov-wait" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="wait0" width="6" height="6"/><path class="wait1" d="M1 0V6"/></pattern>
        <pattern id="ov-hidden" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="hidden0" width="4" height="4"/><circle class="hidden1" cx="1.3" cy="1.3" r=".9"/></pattern>
        <pattern id="ov-held" width="5" height="4" patternUnits="userSpaceOnUse"><rect class="held0" width="5" height="4"/><path class="held1" d="M0 1H5"/></pattern>
        <pattern id="ov-retry" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)"><rect class="retry0" width="5" height="5"/><path class="retry1" d="M1 0V5"/></pattern>
        </defs>
        """;
}
