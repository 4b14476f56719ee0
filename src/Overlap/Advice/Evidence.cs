using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>The sentences that a verdict stands on.</summary>
internal sealed class Evidence(
    Measurement measurement,
    Bound bound,
    ModelMeasurement plain,
    ModelMeasurement? inline,
    ModelMeasurement fastest,
    ModelMeasurement best,
    Func<ModelMeasurement, TimeSpan>? quietTime)
{
    // How much more processor time async must take before its own cost is worth a sentence.
    private const double DearAsync = 1.5;
    private const double NearFull = 0.9;

    // A smaller part of an item's time is not worth a word.
    private const double LeastWaiting = 0.005;
    private const double LeastDelay = 0.02;

    public IEnumerable<string> Sentences() =>
        ((string?[])[WhatAnItemNeeds(), WhatWasMeasured(), .. Reasons(), Limit(), .. WhenNotTo()]).OfType<string>();

    private string? WhatAnItemNeeds()
    {
        if (measurement.Items == 0)
        {
            return null;
        }

        TimeSpan item = plain.ItemTime / measurement.Items;
        TimeSpan waiting = item * plain.WaitShare;
        TimeSpan busy = item - waiting;

        // One after the other the program runs nothing else: what it did not compute of this it stood ready for.
        TimeSpan computing = plain.Model == ExecutionModel.Inline && plain.Cpu > TimeSpan.Zero && plain.Cpu < busy * measurement.Items ? plain.Cpu / measurement.Items : busy;
        string delayed = busy - computing > item * LeastDelay ? $" + {Figures.Time(busy - computing)} ready without a processor" : "";
        string kind = bound switch
        {
            Bound.Io => "bound by waiting (I/O)",
            Bound.Cpu => "bound by computing (CPU)",
            _ => "both matter (mixed)",
        };
        return $"{NameOf(plain)}, {Figures.Count(measurement.Items, "item", "items")}: {Figures.Time(item)} an item = {Figures.Time(computing)} computing"
            + (plain.WaitShare > LeastWaiting ? $" + {Figures.Time(waiting)} waiting{delayed} ({Figures.Percent(plain.WaitShare)} waiting): {kind}." : $"{delayed}: {kind}.");
    }

    private string WhatWasMeasured() => "Measured: " + string.Join(" | ", measurement.Models.Select(Measured)) + ".";

    private string Measured(ModelMeasurement model)
    {
        string name = model.Model == ExecutionModel.Inline ? "inline" : $"{Figures.NameOf(model.Model)} ({model.Workers:N0})";
        string gain = inline is null || model == inline ? "" : inline.Wall >= model.Wall
            ? $", {Figures.Times(inline.Wall / model.Wall)} faster"
            : $", {Figures.Times(model.Wall / inline.Wall)} slower";
        return $"{name} {Figures.Time(model.Wall)}{gain}";
    }

    private IEnumerable<string?> Reasons()
    {
        ModelMeasurement? threads = Find(ExecutionModel.Threads);
        ModelMeasurement? asynchronous = Find(ExecutionModel.Async);
        ModelMeasurement? processes = Find(ExecutionModel.Processes);
        switch (bound)
        {
            case Bound.Io:
                yield return WhyFewThreadsWait(threads, asynchronous);
                break;
            case Bound.Cpu:
                yield return JudgedByCpu();
                yield return WhyThreadsCompute(threads);
                yield return WhyAsyncCosts(asynchronous);
                break;
            default:
                yield return WhatMixedWants();
                yield return WhyAsyncCosts(asynchronous);
                break;
        }

        yield return WhatProcessesBuy(processes, threads);
    }

    private string? WhyFewThreadsWait(ModelMeasurement? threads, ModelMeasurement? asynchronous)
    {
        if (threads is null || asynchronous is null || measurement.Items == 0 || asynchronous.Workers <= threads.Workers)
        {
            return null;
        }

        if (asynchronous.Wall >= threads.Wall)
        {
            return $"Async had room for {asynchronous.Workers:N0} items and was no faster than {threads.Workers:N0} threads: something outside limits both.";
        }

        TimeSpan least = plain.ItemTime / Math.Min(threads.Workers, measurement.Items);
        return $"{Figures.Count(threads.Workers, "thread", "threads")} can wait for {Figures.Count(threads.Workers, "item", "items")} at a time, so they need {Figures.Time(least)} at least;"
            + $" async had {Figures.Number(asynchronous.OverlapFactor)} waiting at a time on average, without a thread each.";
    }

    private string? JudgedByCpu() => quietTime is null || measurement.Models.Length == 1 ? null
        : $"Other programs used {Figures.Percent(measurement.ForeignLoad!.Value)} of the processors, so the models are judged by their own processor time:"
            + $" on a quiet machine {string.Join(", ", measurement.Models.Select(model => $"{Figures.NameOf(model.Model)} would take about {Figures.Time(quietTime(model))}"))}.";

    private string? WhyThreadsCompute(ModelMeasurement? threads)
    {
        if (threads is null || inline is null)
        {
            return null;
        }

        double gain = inline.Wall / threads.Wall;
        int most = Math.Min(measurement.Cores, threads.Workers);
        if (quietTime is not null && gain < 1.2)
        {
            return ".NET has no interpreter lock: threads compute at the same time, as soon as the cores are theirs.";
        }

        return gain >= 1.2
            ? $"Threads used {Figures.Number(threads.Cpu / threads.Wall)} of {Figures.Count(measurement.Cores, "core", "cores")}: {Figures.Times(gain)} of at most {most} times."
                + " .NET has no interpreter lock: threads compute at the same time."
            : most == 1
                ? "One core computes one thing at a time: no model can make this faster here."
                : $"Threads gained {Figures.Times(gain)} of at most {most} times: the items hold each other up, by a lock, by memory, or the cores were not free.";
    }

    private string? WhyAsyncCosts(ModelMeasurement? asynchronous)
    {
        ModelMeasurement? other = inline ?? Find(ExecutionModel.Threads);
        if (asynchronous is null || other is null || asynchronous == fastest || other.Cpu <= TimeSpan.Zero)
        {
            return null;
        }

        double price = asynchronous.Cpu / other.Cpu;
        return price >= DearAsync
            ? $"Async took {Figures.Times(price)} the processor time of {Figures.NameOf(other.Model)} for the same results: every await costs a state machine and a task,"
                + " and where nothing waits there is nothing to win back. Await at the edges, where something waits; never inside a computation."
            : "Async is for waiting: calls that compute take turns on the pool's threads, one per core, as threads do.";
    }

    private string? WhatProcessesBuy(ModelMeasurement? processes, ModelMeasurement? threads) =>
        processes is null || threads is null || processes == best || processes.Workers != threads.Workers
            ? null
            : $"Processes took {Figures.Time(processes.Wall)}, as many threads {Figures.Time(threads.Wall)}: each worker is a program that starts first, and is sent its items."
                + " They buy something else: a call that crashes, leaks or must be killed costs itself alone.";

    private string? WhatMixedWants()
    {
        double work = 1 - plain.WaitShare;
        int wanted = (int)Math.Ceiling(measurement.Cores / work);
        return $"While one item waits another can compute: {Figures.Count(measurement.Cores, "core", "cores")} × (1 + wait/compute) = about {wanted:N0} at a time keep the processors busy; more would only queue.";
    }

    private string? Limit()
    {
        string[] limits = [.. measurement.Models.Select(static model => model.LimitedBy).OfType<string>().Distinct()];
        return limits.Length == 0
            ? null
            : $"Held back by {string.Join(" and ", limits)}, the same for every model: raise it only if the other side is yours.";
    }

    private IEnumerable<string?> WhenNotTo()
    {
        if (inline is null)
        {
            yield break;
        }

        TimeSpan item = measurement.Items == 0 ? TimeSpan.Zero : inline.ItemTime / measurement.Items;
        TimeSpan saved = quietTime is null ? inline.Wall - fastest.Wall : quietTime(inline) - quietTime(fastest);
        if (measurement.Items > 0 && item < Thresholds.TinyItem)
        {
            yield return $"Not worth it item by item: {Figures.Time(item)} an item is less than handing it over costs many times over; do many in one call.";
        }
        else if (best == inline && measurement.Models.Length > 1)
        {
            yield return fastest == inline
                ? "Not worth it: no model was clearly faster than doing one after the other."
                : $"Not worth it: {NameOf(fastest)} would save {Figures.Time(saved)} in all.";
        }
        else if (best != inline && inline.Wall < Thresholds.ShortWork)
        {
            yield return $"Do nothing if you run this now and then: it saves {Figures.Time(saved)} a run.";
        }

        if (best != inline && best.Model == ExecutionModel.Async && bound == Bound.Io
            && best.OverlapFactor > best.Workers * NearFull && best.Workers < measurement.Items && best.LimitedBy is null)
        {
            yield return $"All {best.Workers:N0} places were taken nearly all the time: more workers may be faster still, if the other side bears it.";
        }
    }

    private ModelMeasurement? Find(ExecutionModel model) => measurement.Models.FirstOrDefault(measured => measured.Model == model);

    private static string NameOf(ModelMeasurement model)
    {
        string name = Figures.NameOf(model.Model);
        return model.Model == ExecutionModel.Inline ? "Inline" : $"{char.ToUpperInvariant(name[0])}{name[1..]} ({model.Workers:N0})";
    }
}
