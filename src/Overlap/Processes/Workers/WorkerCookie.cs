using System.Text;

namespace Overlap.Processes.Workers;

/// <summary>A variable in the environment of a worker, by which all that it starts can be found again.</summary>
/// <remarks>
/// Shape: one random part per pool process above this one, outermost first, joined by dots: a worker of a worker bears both marks.
/// </remarks>
internal sealed record WorkerCookie
{
    public const string Variable = "OVERLAP_WORKER";

    private static readonly byte[] Entry = Encoding.ASCII.GetBytes(Variable + "=");

    private readonly byte[] _own;

    private WorkerCookie(string own, string value)
    {
        _own = Encoding.ASCII.GetBytes(own);
        Value = value;
    }

    /// <summary>What stands in the worker's environment.</summary>
    public string Value { get; }

    /// <summary>How many worker processes are above this one, itself counted: 0 in a program, 1 in its workers, 2 in theirs.</summary>
    public static int Depth => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? value.Count(static c => c == '.') + 1 : 0;

    /// <summary>Makes the cookie of a new worker of this process.</summary>
    public static WorkerCookie Create()
    {
        // Random enough to be nobody else's; the classes of cryptography would load a library first, and the first worker waits for this.
        string own = Guid.NewGuid().ToString("N");
        return new(own, Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } outer ? $"{outer}.{own}" : own);
    }

    /// <summary>The cookie that this worker process was started with; <see langword="null"/> in any other process.</summary>
    public static WorkerCookie? OfThisProcess() =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } value ? new(value[(value.LastIndexOf('.') + 1)..], value) : null;

    /// <summary>Tells whether an environment, as the kernel shows it, is that of this worker or of something below it.</summary>
    public bool IsIn(ReadOnlySpan<byte> environment)
    {
        while (environment.IndexOf(Entry) is int start and >= 0)
        {
            environment = environment[(start + Entry.Length)..];
            int end = environment.IndexOf((byte)0);
            if ((end < 0 ? environment : environment[..end]).IndexOf(_own) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
