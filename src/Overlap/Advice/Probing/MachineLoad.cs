using System.Globalization;

namespace Overlap.Advice.Probing;

/// <summary>Tells how much of the machine other programs use while we measure.</summary>
/// <remarks>
/// Units: shares of all processors' time, from 0 to 1.
/// Errors: where the system does not tell, nobody knows: <see langword="null"/>, never zero.
/// Source: the first line of Linux's <c>/proc/stat</c>, in hundredths of a second. Child processes are ours: their time is the program's own once
/// they have ended.
/// </remarks>
public sealed class MachineLoad
{
    private const string Statistics = "/proc/stat";
    private const double TicksPerSecond = 100;

    // In less the hundredths of a second decide, not the load.
    private const double ShortestTold = 0.2;

    private readonly (double Busy, double All)? _machine;
    private readonly TimeSpan _own;

    private MachineLoad((double Busy, double All)? machine, TimeSpan own)
    {
        _machine = machine;
        _own = own;
    }

    /// <summary>Begins.</summary>
    public static MachineLoad Start() => new(ReadMachine(), ProgramUsage.Read().Cpu);

    /// <summary>The part of the machine's processor time since the start that other programs used; <see langword="null"/> when nobody knows, or after a moment only.</summary>
    public double? ForeignShare()
    {
        if (_machine is not { } before || ReadMachine() is not { } now || now.All - before.All < ShortestTold)
        {
            return null;
        }

        double own = (ProgramUsage.Read().Cpu - _own).TotalSeconds;
        double foreign = Math.Max(0, now.Busy - before.Busy - own);
        return foreign / (now.All - before.All);
    }

    private static (double Busy, double All)? ReadMachine()
    {
        try
        {
            using StreamReader reader = new(Statistics);
            string[]? numbers = reader.ReadLine()?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (numbers is not ["cpu", .. string[] fields] || fields.Length < 8)
            {
                return null;
            }

            // user nice system idle iowait irq softirq steal; the rest is contained in the first two.
            double[] times = [.. fields.Take(8).Select(static field => double.Parse(field, CultureInfo.InvariantCulture) / TicksPerSecond)];
            double all = times.Sum();
            return (all - times[3] - times[4], all);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }
}
