using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>When a run gives up early, in GNU parallel's words: <c>now,fail=1</c>, <c>soon,fail=10%</c>, <c>soon,success=1</c>.</summary>
/// <param name="Now"><c>now</c> cancels what runs; <c>soon</c> starts nothing more and lets it end.</param>
/// <param name="Outcome">What is counted.</param>
/// <param name="Limit">A number of items; or a share of those that have ended, as <paramref name="IsShare"/> says.</param>
/// <param name="IsShare">Whether <paramref name="Limit"/> is a share from 0 to 1.</param>
internal sealed record HaltPolicy(bool Now, HaltOutcome Outcome, double Limit, bool IsShare)
{
    public const string Expected = "now or soon, a comma, and fail, success or done with =N or =N% (such as soon,fail=10%), or never";

    /// <summary>What is worth offering: the usual ones.</summary>
    public static readonly string[] Words = ["never", "now,fail=1", "soon,fail=1", "soon,fail=10%", "soon,success=1"];

    /// <summary>Goes on to the end, whatever happens.</summary>
    public static readonly HaltPolicy Never = new(Now: false, HaltOutcome.Failed, double.PositiveInfinity, IsShare: false);

    // A share of one or two items says nothing: with the first failure it would be all of them.
    private const int LeastItemsForShare = 3;

    public static HaltPolicy? TryParse(string text)
    {
        if (text == "never")
        {
            return Never;
        }

        if (text.Split(',') is not [("now" or "soon") and string when, string condition])
        {
            return null;
        }

        (HaltOutcome? outcome, string limit) = condition.Split('=') switch
        {
            ["fail", string value] => (HaltOutcome.Failed, value),
            ["success", string value] => (HaltOutcome.Succeeded, value),
            ["done", string value] => (HaltOutcome.Ended, value),
            ["fail"] => (HaltOutcome.Failed, "1"),
            ["success"] => (HaltOutcome.Succeeded, "1"),
            _ => ((HaltOutcome?)null, ""),
        };
        bool isShare = limit.EndsWith('%');
        string digits = isShare ? limit[..^1] : limit;
        return outcome is not null
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number > 0 && (!isShare || number <= 100)
            ? new HaltPolicy(when == "now", outcome.Value, isShare ? number / 100d : number, isShare)
            : null;
    }

    /// <summary>Tells whether the run is to stop.</summary>
    /// <param name="succeeded">Items that ended well.</param>
    /// <param name="failed">Items that failed.</param>
    public bool IsReached(long succeeded, long failed)
    {
        long ended = succeeded + failed;
        long counted = Outcome switch
        {
            HaltOutcome.Failed => failed,
            HaltOutcome.Succeeded => succeeded,
            _ => ended,
        };
        return IsShare
            ? ended >= LeastItemsForShare && counted >= Limit * ended
            : counted >= Limit;
    }
}
