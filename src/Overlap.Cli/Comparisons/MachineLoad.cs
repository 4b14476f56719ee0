using System.Globalization;

namespace Overlap.Cli.Comparisons;

/// <summary>Tells how much of the machine other programs use while we measure.</summary>
/// <remarks>
/// Source: the first line of Linux's <c>/proc/stat</c>, in hundredths of a second; elsewhere nobody knows.
/// Worker processes are ours: their time is the program's own once they have ended.
/// </remarks>
internal sealed class MachineLoad
{
    private const string Statistics = "/proc/stat";
    private const string OwnStatistics = "/proc/self/stat";
    private const double TicksPerSecond = 100;

    private readonly (double Busy, double All)? _machine;
    private readonly TimeSpan _own;

    private MachineLoad((double Busy, double All)? machine, TimeSpan own)
    {
        _machine = machine;
        _own = own;
    }

    public static MachineLoad Start() => new(ReadMachine(), ReadOwn());

    /// <summary>The part of the machine's processor time since the start that other programs used, from 0 to 1.</summary>
    public double? ForeignShare()
    {
        if (_machine is not { } before || ReadMachine() is not { } now || now.All <= before.All)
        {
            return null;
        }

        double own = (ReadOwn() - _own).TotalSeconds;
        double foreign = Math.Max(0, now.Busy - before.Busy - own);
        return foreign / (now.All - before.All);
    }

    /// <summary>Processor time of this process and of its children that have ended.</summary>
    private static TimeSpan ReadOwn()
    {
        TimeSpan own = Environment.CpuUsage.TotalTime;
        try
        {
            // The name in brackets may hold anything; cutime and cstime are the 16th and the 17th field, and the 3rd comes after the bracket.
            string text = File.ReadAllText(OwnStatistics);
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            double children = double.Parse(fields[13], CultureInfo.InvariantCulture) + double.Parse(fields[14], CultureInfo.InvariantCulture);
            return own + TimeSpan.FromSeconds(children / TicksPerSecond);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return own;
        }
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
