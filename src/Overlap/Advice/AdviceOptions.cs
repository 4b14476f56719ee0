using System.Runtime.CompilerServices;

namespace Overlap.Advice;

/// <summary>How advice is found. The default ones suit most work.</summary>
public sealed record AdviceOptions
{
    /// <summary>What the job is called in the advice. Default: <c>work</c>.</summary>
    public string Job { get; init => field = value ?? throw new ArgumentNullException(nameof(Job)); } = "work";

    /// <summary>How long measuring may take; what runs at its end is waited for. Unit: time, more than zero. Default: ten seconds.</summary>
    public TimeSpan Budget { get; init => field = Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long measuring may take as a part of what one worker would need for the whole job, when its items are known; the less of it and
    /// <see cref="Budget"/> counts. Unit: share, more than 0, at most 1. Default: none.
    /// </summary>
    public double? BudgetShare { get; init => field = value is null ? null : Share(value.Value); }

    /// <summary>The items of the whole job: what the prediction is for. Unit: items, at least 1. Default: unknown.</summary>
    public long? Items { get; init => field = value is null or >= 1 ? value : throw OutOfRange(value, 1); }

    /// <summary>The most workers that are tried. Unit: workers, at least 1. Default: 256.</summary>
    public int MostWorkers { get; init => field = value >= 1 ? value : throw OutOfRange(value, 1); } = 256;

    /// <summary>Whether the items of the sample may be done again when they run out. Default: yes; say no where doing an item twice does harm.</summary>
    public bool MayRepeat { get; init; } = true;

    /// <summary>Whether threads of a native library do the work of the calls: then the program's processor time is theirs. Default: no.</summary>
    public bool WorksOutOfSight { get; init; }

    /// <summary>Makes what each worker owns, as in the executors' options. Default: nothing.</summary>
    public Func<object>? WorkerState { get; init; }

    /// <summary>Hears, in a few words, of each thing that is tried. Default: nobody.</summary>
    public IProgress<string>? Progress { get; init; }

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = value ?? throw new ArgumentNullException(nameof(TimeProvider)); } = TimeProvider.System;

    private static TimeSpan Positive(TimeSpan value, [CallerMemberName] string? name = null) =>
        value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be more than zero.");

    private static double Share(double value, [CallerMemberName] string? name = null) =>
        value is > 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be more than 0 and at most 1.");

    private static ArgumentOutOfRangeException OutOfRange(object? value, int least, [CallerMemberName] string? name = null) =>
        new(name, value, $"{name} must be at least {least}.");
}
