using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Draws recordings as one page that needs nothing else: zoom by wheel or keys, hover for a call, print.</summary>
/// <remarks>
/// The page makes no request: its policy allows nothing but its own style and script, each by its hash. Numbers stand in the page as
/// text and as a table, so that it says as much without a picture and without its script.
/// Memory: constant beside the recording; neighbouring calls are put together where a browser could not hold them all.
/// </remarks>
public static class TimelineHtml
{
    /// <summary>Writes a page.</summary>
    /// <param name="stream">Where to; stays open.</param>
    /// <param name="timelines">The recordings; those of one job are drawn on one time scale.</param>
    public static void Write(Stream stream, IReadOnlyList<Timeline> timelines)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(timelines);
        TimelineFigures[] all = [.. timelines
            .GroupBy(static timeline => timeline.Title)
            .SelectMany(static job => job)
            .Select(timeline => new TimelineFigures(timeline, timelines))];
        string style = ReadPart("page.css");
        string script = ReadPart("page.js");
        using StreamWriter page = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        WriteHead(page, all, style, script);
        WriteSections(page, all);
        WriteTable(page, all);
        page.WriteLine("<div id=\"tip\" role=\"tooltip\"></div><div id=\"said\" aria-live=\"polite\"></div>");
        page.Write("<script type=\"application/json\" id=\"data\">");
        page.Flush();
        PageData.Write(stream, all);
        page.WriteLine("</script>");
        page.WriteLine($"<script>{script}</script>");
        page.WriteLine("</body></html>");
    }

    private static void WriteHead(StreamWriter page, TimelineFigures[] all, string style, string script)
    {
        string title = string.Join(", ", all.Select(static figures => figures.Timeline.Title).Distinct());
        page.WriteLine("<!DOCTYPE html>");
        page.WriteLine("<html lang=\"en\"><head><meta charset=\"utf-8\">");
        page.WriteLine(
            $"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{Hash(style)}'; script-src '{Hash(script)}'; base-uri 'none'; form-action 'none'\">");
        page.WriteLine("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
        page.WriteLine($"<title>{LabelText.Markup(title)} · timeline</title>");
        page.WriteLine($"<style>{style}</style></head><body>");
        page.WriteLine("<div class=\"bar\"><button id=\"reset\" type=\"button\">Show all</button><label><input type=\"checkbox\" id=\"own\"> each on its own scale</label>");
        page.WriteLine("<span>wheel or + − zooms · drag or Shift+arrows moves · arrows step from item to item</span></div>");
    }

    private static void WriteSections(StreamWriter page, TimelineFigures[] all)
    {
        string? job = null;
        for (int i = 0; i < all.Length; i++)
        {
            TimelineFigures figures = all[i];
            if (figures.Timeline.Title != job)
            {
                job = figures.Timeline.Title;
                string heading = i == 0 ? "h1" : "h2";
                page.WriteLine($"<{heading}>{LabelText.Markup(job)}</{heading}>");
            }

            string model = LabelText.Markup(figures.Timeline.Model);
            string[] speed = Wording.Speed(figures).Split(" · ");
            page.WriteLine($"<section><h3>{model}</h3><span class=\"wall\">{speed[0]}</span><span class=\"factor\">{(speed.Length > 1 ? speed[1] : "")}</span>");
            page.WriteLine($"<p>{Wording.Crew(figures)} · {Wording.Shares(figures)} · {Wording.Items(figures)}</p>");
            foreach (string remark in Wording.Remarks(figures))
            {
                page.WriteLine($"<p>{LabelText.Markup(remark, 200)}</p>");
            }

            page.WriteLine($"<canvas id=\"lanes{i}\" tabindex=\"0\" role=\"img\" aria-label=\"Lanes of {model} against time; arrow keys read out its items\"></canvas></section>");
        }

        page.WriteLine("<div class=\"keys\">");
        foreach ((string phase, string text) in ((string, string)[])[
            ("0", "work: using a processor"), ("1", "waiting"), ("4", "unattributed"), ("2", "held back by a limit"),
            ("3", "waiting to retry"), ("idle", "no item"), ("fail", "failed")])
        {
            page.WriteLine($"<span><canvas data-phase=\"{phase}\" aria-hidden=\"true\"></canvas>{text}</span>");
        }

        page.WriteLine("</div><p>Heights tell parts where the place of work inside an item is not known (a thread's clock tells how much, not when) and where many items share a pixel.</p>");
        page.WriteLine("<noscript><p>The pictures need this page's script; the numbers below do not.</p></noscript>");
    }

    private static void WriteTable(StreamWriter page, TimelineFigures[] all)
    {
        page.WriteLine("<details open><summary>The numbers as a table</summary><div class=\"scroll\"><table><thead><tr>");
        foreach (string head in (string[])["job", "model", "workers", "items", "failed", "wall", "against inline", "overlap", "CPU", "work", "waiting", "held back", "without a processor", "unattributed", "p50", "p95", "max", "tail", "lower bound"])
        {
            page.Write($"<th scope=\"col\">{head}</th>");
        }

        page.WriteLine("</tr></thead><tbody>");
        foreach (TimelineFigures figures in all)
        {
            TimelineSummary summary = figures.Summary;
            string[] cells =
            [
                LabelText.Markup(figures.Timeline.Title, 60),
                LabelText.Markup(figures.Timeline.Model, 60),
                $"{figures.Timeline.Workers}",
                $"{summary.Items}",
                $"{summary.Failed}",
                Wording.Time(summary.Wall),
                figures.SpeedUp is double factor ? $"{Wording.Factor(factor)}×" : "–",
                Wording.Factor(summary.OverlapFactor),
                figures.KnowsCpu ? Wording.Percent(summary.CpuUtilization) : "–",
                Share(summary.Working),
                Share(summary.Waiting),
                Share(summary.HeldBack),
                Share(summary.Delayed),
                Share(summary.Unattributed - summary.Delayed),
                Wording.Time(figures.P50),
                Wording.Time(figures.P95),
                Wording.Time(figures.Longest),
                figures.Tail is RunTail tail ? Wording.Time(tail.Length) : "–",
                Wording.Time(figures.Bound.Time),
            ];
            page.WriteLine($"<tr>{string.Concat(cells.Select(static cell => $"<td>{cell}</td>"))}</tr>");

            string Share(TimeSpan part) => Wording.Percent(summary.ItemTime > TimeSpan.Zero ? part / summary.ItemTime : 0);
        }

        page.WriteLine("</tbody></table></div></details>");
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static string ReadPart(string name)
    {
        using Stream part = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using StreamReader reader = new(part, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
