using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>The programs that read a list of pages, ours and the peers', over one server.</summary>
/// <remarks>Those that write files must leave every page, complete; those that keep pages in memory must count them.</remarks>
internal sealed class PageFetchers
{
    // The site gives the two sizes in turn.
    private const int SizeOfTwo = 10_966 + 276;

    private readonly BenchmarkContext _context;
    private readonly int _pages;
    private readonly string _list;
    private readonly string _curlList;

    public PageFetchers(BenchmarkContext context, SiteServer site, int pages)
    {
        _context = context;
        _pages = pages;
        string[] addresses = [.. site.Pages(pages)];
        _list = context.Workshop.Write("list", addresses);
        _curlList = context.Workshop.Write("list.curl",
            addresses.Index().Select(static pair => $"url = \"{pair.Item}\"\noutput = \"out/{pair.Index}\""));
    }

    public Contender Overlap(string model, int workers) => Files(
        $"overlap, {model} {workers}",
        ["--model", model, "--workers", $"{workers}", "--per-host", $"{workers}", "--json", "--quiet"],
        ["overlap", "fetch", "-i", "LIST", "--out", "DIR"],
        [_context.Overlap, "fetch", "-i", _list, "--out", "out"],
        "wallSeconds");

    public Contender Curl(int parallel) => Files(
        $"curl -Z {parallel}",
        ["--silent", "--parallel", "--parallel-immediate", "--parallel-max", $"{parallel}"],
        ["curl", "-K", "LIST"],
        ["curl", "-K", _curlList]);

    public Contender Wget2(int threads) => Files(
        $"wget2 {threads}",
        ["--quiet", $"--max-threads={threads}"],
        ["wget2", "-i", "LIST", "-P", "DIR"],
        ["wget2", "-i", _list, "-P", "out"]);

    public Contender Aria2(int parallel) => Files(
        $"aria2c -j{parallel}",
        ["--quiet", $"-j{parallel}"],
        ["aria2c", "-i", "LIST", "-d", "DIR"],
        ["aria2c", "-i", _list, "-d", "out"]);

    public Contender AioHttp(int limit) => Memory(
        limit == 0 ? "aiohttp, no limit" : $"aiohttp, limit {limit}", "aiohttp_gather.py", limit);

    public Contender Requests(int workers) => Memory($"ThreadPoolExecutor({workers}), requests", "requests_threads.py", workers);

    private CommandContender Files(string name, string[] options, string[] shown, string[] command, string? secondsMember = null) => new()
    {
        Name = name,
        Shown = string.Join(' ', [.. shown, .. options]),
        Workshop = _context.Workshop,
        Command = [.. command, .. options],
        Expected = (_pages, (long)_pages / 2 * SizeOfTwo),
        SecondsMember = secondsMember,
        ItemsMember = secondsMember is null ? null : "succeeded",
        ExpectedItems = _pages,
    };

    private CommandContender Memory(string name, string program, int number) => new()
    {
        Name = name,
        Shown = $"python3 benchmarks/peers/{program} LIST {number}",
        Workshop = _context.Workshop,
        Command = [Requirement.Python, _context.Workshop.Source(program), _list, $"{number}"],
        SecondsMember = "seconds",
        ItemsMember = "items",
        ExpectedItems = _pages,
    };
}
