namespace Overlap.Adaptation;

/// <summary>Between what an adaptive limit moves, and where it begins.</summary>
/// <param name="Least">The least.</param>
/// <param name="Start">The first.</param>
/// <param name="Most">The most.</param>
internal readonly record struct LimitBounds(int Least, int Start, int Most)
{
    /// <summary>The samples to rest between two trials, at least: more where it is dear to change the number of workers.</summary>
    public int Rest { get; init; } = 2;

    public static LimitBounds Of(AdaptiveOptions settings, int mostByDefault)
    {
        int most = Math.Max(settings.Least, settings.Most ?? mostByDefault);
        return new LimitBounds(settings.Least, Math.Clamp(settings.Start, settings.Least, most), most);
    }

    public int Clamp(double limit) => (int)Math.Clamp(limit, Least, Most);
}
