namespace Overlap.Timelines.Drawing;

/// <summary>The forms in which a recording can be given out.</summary>
public enum TimelineFormat
{
    /// <summary>The format of <see cref="TimelineFile"/>, which can be read back.</summary>
    Json,

    /// <summary>A picture: <see cref="TimelineSvg"/>.</summary>
    Svg,

    /// <summary>A page to zoom in: <see cref="TimelineHtml"/>.</summary>
    Html,

    /// <summary>Chrome's trace events, for Perfetto: <see cref="ChromeTrace"/>.</summary>
    Chrome,

    /// <summary>Plain text: <see cref="TimelineText"/>.</summary>
    Text,
}
