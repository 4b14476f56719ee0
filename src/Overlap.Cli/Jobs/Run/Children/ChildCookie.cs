using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>A value in a child's environment, which everything that it starts inherits: by it what left the group is found.</summary>
/// <remarks>Shape: <c>RUN.ITEM</c>; a run inside an item of another begins with that item's value and a slash.</remarks>
internal readonly record struct ChildCookie(string Value)
{
    public const string Variable = "OVERLAP_ITEM";

    /// <summary>Makes what begins the cookies of one run.</summary>
    public static string CreateRun()
    {
        string own = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } outer ? $"{outer}/{own}" : own;
    }

    public static ChildCookie Of(string run, long sequence) => new(string.Create(CultureInfo.InvariantCulture, $"{run}.{sequence}"));

    /// <summary>Tells whether an environment, as the kernel shows it, has this cookie or one that begins with it.</summary>
    public bool IsIn(ReadOnlySpan<byte> environment)
    {
        ReadOnlySpan<byte> wanted = Encoding.ASCII.GetBytes($"{Variable}={Value}");
        while (environment.IndexOf(wanted) is >= 0 and int at)
        {
            bool isStart = at == 0 || environment[at - 1] == 0;
            environment = environment[(at + wanted.Length)..];
            if (isStart && (environment.IsEmpty || environment[0] is 0 or (byte)'/'))
            {
                return true;
            }
        }

        return false;
    }
}
