using System.Globalization;
using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Puts SVG elements together: numbers short and the same in every culture.</summary>
internal sealed class SvgText
{
    private readonly StringBuilder _text = new();

    public int Length => _text.Length;

    public static string N(double value) => Math.Round(value, 2).ToString("0.##", CultureInfo.InvariantCulture);

    public SvgText Raw(string markup)
    {
        _ = _text.Append(markup).Append('\n');
        return this;
    }

    public SvgText Rect(string style, double x, double y, double width, double height, string? title = null, double radius = 0)
    {
        _ = _text.Append("<rect class=\"").Append(style).Append("\" x=\"").Append(N(x)).Append("\" y=\"").Append(N(y))
            .Append("\" width=\"").Append(N(width)).Append("\" height=\"").Append(N(height));
        _ = radius > 0 ? _text.Append("\" rx=\"").Append(N(radius)) : _text;
        _ = title is null ? _text.Append("\"/>\n") : _text.Append("\"><title>").Append(LabelText.Markup(title, 300)).Append("</title></rect>\n");
        return this;
    }

    public SvgText Label(string style, double x, double y, string text, int maxLength = 160)
    {
        _ = _text.Append("<text class=\"").Append(style).Append("\" x=\"").Append(N(x)).Append("\" y=\"").Append(N(y)).Append("\">")
            .Append(LabelText.Markup(text, maxLength)).Append("</text>\n");
        return this;
    }

    public SvgText Path(string style, string data, string? title = null)
    {
        _ = _text.Append("<path class=\"").Append(style).Append("\" d=\"").Append(data);
        _ = title is null ? _text.Append("\"/>\n") : _text.Append("\"><title>").Append(LabelText.Markup(title, 300)).Append("</title></path>\n");
        return this;
    }

    public override string ToString() => _text.ToString();
}
