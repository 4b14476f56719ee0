using System.Net;
using Overlap.Benchmarks.Commands;
using Overlap.Executors;

namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>Downloads from the test site, in a process of its own.</summary>
/// <param name="title">What the site is like.</param>
/// <param name="delay">How long an answer takes.</param>
/// <param name="options">Further options of <c>overlap site</c>.</param>
/// <param name="computing">Rounds computed with each page.</param>
internal class SiteWorkload(string title, TimeSpan delay, IReadOnlyList<string> options, int computing) : Workload
{
    private static readonly TimeSpan BanWindow = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Queue<long> _refusals = new();
    private SiteServer? _site;
    private HttpClient? _client;
    private int _worst;

    public SiteWorkload(TimeSpan delay)
        : this($"pages that take {delay.TotalMilliseconds:0} ms", delay, [], computing: 0)
    {
    }

    public override string Title => title;

    public override bool Blocks => false;

    public override int WorstRefusals => Volatile.Read(ref _worst);

    public override async Task StartAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        _site = await SiteServer.StartAsync(context.Overlap, delay, options, cancellationToken);
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null });
    }

    public override async Task DoAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using HttpResponseMessage response = await _client!.GetAsync(new Uri(_site!.Address, "1"), cancellationToken);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
            {
                _ = response.EnsureSuccessStatusCode();
                break;
            }

            TimeSpan wait = response.Headers.RetryAfter?.Delta ?? TimeSpan.FromSeconds(1);
            NoteRefusal();
            Worker.ReportOverload(wait);
            await Task.Delay(wait, cancellationToken);
        }

        Compute(computing);
    }

    // Long enough for some rounds of few workers.
    public override TimeSpan TrialLength => delay * 6 > base.TrialLength ? delay * 6 : base.TrialLength;

    public override Task ForgetAsync(CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        _refusals.Clear();
        _worst = 0;
        return Task.CompletedTask;
    }

    public override async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_site is not null)
        {
            await _site.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private void NoteRefusal()
    {
        using Lock.Scope held = _gate.EnterScope();
        long now = TimeProvider.System.GetTimestamp();
        _refusals.Enqueue(now);
        while (TimeProvider.System.GetElapsedTime(_refusals.Peek(), now) > BanWindow)
        {
            _ = _refusals.Dequeue();
        }

        _worst = Math.Max(_worst, _refusals.Count);
    }
}
