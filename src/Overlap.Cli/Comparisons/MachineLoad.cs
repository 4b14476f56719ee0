using System.Globalization;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Comparisons;

/// <summary>Tells how much of the machine other programs use while we measure.</summary>
/// <remarks>
/// Source: the first line of Linux's <c>/proc/stat</c>, in hundredths of a second; elsewhere nobody knows.
/// Worker processes are ours: their time is the program's own once they have ended.
/// </remarks>
internal sealed class MachineLoad
{
    private const string Statistics = "/proc/stat";
    private const double TicksPerSecond = 100;

    private readonly (double Busy, double All)? _machine;
    private readonly TimeSpan _own;

    private MachineLoad((double Busy, double All)? machine, TimeSpan own)
    {
        _machine = machine;
        _own = own;
    }

    public static MachineLoad Start() => new(ReadMachine(), ProgramCpu.Read());

    /// <summary>The part of the machine's processor time since the start that other programs used, from 0 to 1.</summary>
    public double? ForeignShare()
    {
        if (_machine is not { } before || ReadMachine() is not { } now || now.All <= before.All)
        {
            return null;
        }

        double own = (ProgramCpu.Read() - _own).TotalSeconds;
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
