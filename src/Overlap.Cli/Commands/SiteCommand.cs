using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Sites;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap site</c>: the test site on its own.</summary>
internal sealed class SiteCommand : Verb
{
    private readonly Option<Count?> _port = ValueOption.Number("--port", "P", "the TCP port (default: a free one)", 0, ushort.MaxValue);

    private readonly Option<Duration?> _delay = ValueOption.Create(
        "--delay", "T", "how long every answer takes (default: no time)", Duration.TryParse, Duration.Expected);

    private readonly Option<Share?> _fail = ValueOption.Create(
        "--fail", "SHARE", "the share of requests answered with 503, spread evenly (default: 0)", Share.TryParse, Share.Expected);

    private readonly Option<Rate?> _tooMany = ValueOption.Create(
        "--too-many", "R/s", "answer 429 with Retry-After to what comes faster (default: no limit)", Rate.TryParse, Rate.Expected);

    private readonly Option<Count?> _atATime = ValueOption.Number(
        "--at-a-time", "N", "requests answered at the same time; others wait (default: no limit)", 1, int.MaxValue);

    private readonly Option<ByteSize?> _size = ValueOption.Create(
        "--size", "BYTES", "the size of every page (default: 10,966 bytes at even paths, 276 at odd ones)", ByteSize.TryParse, ByteSize.Expected);

    private readonly Option<Count?> _seed = ValueOption.Number("--seed", "N", "where the pattern of failures begins (default: 0)", 0, int.MaxValue);

    public override string Name => "site";

    public override string Summary => "serve a test site on loopback: slow, unreliable or strict to order";

    public override string Description => """
        Prints its address on standard output and serves until Ctrl-C. Every path answers with a page:
        /0, /2, … 10,966 bytes, /1, /3, … 276 bytes. Pages have an ETag and honour Range, so that resuming can be tried.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap site --port 8080 --delay 85ms", "what overlap pages downloads from"),
        ("overlap site --fail 5% --too-many 200/s", "a site that tests a client's patience"),
        ("overlap site --size 50MB", "large downloads"),
    ];

    public override IReadOnlyList<OptionGroup> Groups => [new OptionGroup("The site", _port, _delay, _fail, _tooMany, _atATime, _size, _seed)];

    public override async Task<int> RunAsync(Invocation invocation)
    {
        SiteOptions options = new()
        {
            Port = invocation.Values.GetValue(_port)?.Value ?? 0,
            Delay = invocation.Values.GetValue(_delay)?.Value ?? TimeSpan.Zero,
            FailShare = invocation.Values.GetValue(_fail)?.Value ?? 0,
            TooManyPerSecond = invocation.Values.GetValue(_tooMany)?.PerSecond,
            AtATime = invocation.Values.GetValue(_atATime)?.Value,
            Size = invocation.Values.GetValue(_size)?.Bytes,
            Seed = invocation.Values.GetValue(_seed)?.Value ?? 0,
        };
        using RunControl control = new(invocation.Terminal.TimeProvider);
        using SignalHandler signals = new(control, grace: TimeSpan.Zero, () => { });
        await using TestSite site = await StartAsync(options, invocation.Terminal.TimeProvider);
        await using (StreamWriter output = invocation.Terminal.OpenText())
        {
            await output.WriteLineAsync(site.Address.ToString());
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, invocation.Terminal.TimeProvider, control.Starting)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return control.Reason == StopReason.Terminated ? ExitCode.Terminated : ExitCode.Interrupted;
    }

    private static async Task<TestSite> StartAsync(SiteOptions options, TimeProvider timeProvider)
    {
        try
        {
            return await TestSite.StartAsync(options, timeProvider, CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or System.Net.Sockets.SocketException)
        {
            throw new RunException(ExitCode.Environment, $"cannot serve on port {options.Port}: it is taken or not allowed", exception);
        }
    }
}
