using System.Globalization;

namespace Overlap.Cli.Tests.Commands;

/// <summary>What the system says of a process, by its number.</summary>
internal static class ProcessState
{
    /// <summary>The letter of its state; <see langword="null"/> when there is none.</summary>
    public static char? Of(int processId)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{processId}/stat");
            return text[text.LastIndexOf(')') + 2];
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether it runs; one that has ended and that nobody reaped does not, nor one that has given its memory back and waits for a processor to end.</summary>
    /// <param name="processId">The number, as a command writes it.</param>
    public static bool IsAlive(string processId) =>
        Of(int.Parse(processId, CultureInfo.InvariantCulture)) is not (null or 'Z' or 'X') && HasMemory(processId);

    /// <summary>Waits for what processes come to that can tell nobody: one that is stopped, or killed. The system alone knows.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(Patience.Usual);
        while (!condition())
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private static bool HasMemory(string processId)
    {
        try
        {
            return File.ReadAllText($"/proc/{processId}/cmdline").Length > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
