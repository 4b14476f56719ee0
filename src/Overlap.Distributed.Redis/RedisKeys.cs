using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Overlap.Distributed.Redis;

/// <summary>The names of keys and channels: kombu's, and behind <c>_overlap.</c> our own.</summary>
/// <remarks>Source: kombu's Redis transport, by what it puts on the wire.</remarks>
internal sealed class RedisKeys(RedisBrokerOptions options, int database)
{
    private readonly string _prefix = options.KeyPrefix;

    /// <summary>Hash of what is held: tag, and the message with where it is to go back to.</summary>
    public string Unacked => _prefix + options.UnackedKey;

    /// <summary>Sorted set of what is held: tag, and the time of its last sign of life.</summary>
    public string UnackedIndex => _prefix + options.UnackedIndexKey;

    /// <summary>Lock of those who restore, Python's and ours.</summary>
    public string UnackedMutex => _prefix + options.UnackedMutexKey;

    /// <summary>Sorted set of claim lists that may hold something, by the time they were last filled.</summary>
    public string Claims => _prefix + "_overlap.claims";

    /// <summary>Sorted set of messages put aside, by when they are due.</summary>
    public string Deferred => _prefix + "_overlap.deferred";

    /// <summary>Lock of those who put back what is due.</summary>
    public string DeferredMutex => _prefix + "_overlap.deferred_mutex";

    /// <summary>Sorted set of what is being restored.</summary>
    public string Restoring => _prefix + "_overlap.restoring";

    /// <summary>Hash of what is being restored: tag, and what was held under it.</summary>
    public string RestoringMessages => _prefix + "_overlap.restoring.messages";

    /// <summary>Sorted set that lives only inside one transaction.</summary>
    public string RestoringCandidates => _prefix + "_overlap.restoring.candidates";

    /// <summary>Hash of dead letters by id.</summary>
    public string Dead => _prefix + "_overlap.dead";

    /// <summary>Sorted set of dead letters by when they died.</summary>
    public string DeadIndex => _prefix + "_overlap.dead.index";

    public ImmutableArray<int> Steps => options.PrioritySteps;

    /// <summary>Names the list of a queue for a priority: that of the largest step that is not above it.</summary>
    public string BucketOf(string queue, int priority)
    {
        int clamped = Math.Clamp(priority, 0, 9);
        int step = 0;
        foreach (int candidate in options.PrioritySteps)
        {
            step = candidate <= clamped ? candidate : step;
        }

        return BucketOfStep(queue, step);
    }

    /// <summary>Names the list of a queue for a step.</summary>
    public string BucketOfStep(string queue, int step) =>
        _prefix + (step == 0 ? queue : queue + options.Separator + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Names all lists of a queue, the most urgent first.</summary>
    public IEnumerable<string> BucketsOf(string queue) => options.PrioritySteps.Select(step => BucketOfStep(queue, step));

    /// <summary>Names a claim list.</summary>
    public string Claim(string id) => _prefix + "_overlap.claim." + id;

    /// <summary>Names the routing table of an exchange.</summary>
    public string Binding(string exchange) => _prefix + "_kombu.binding." + exchange;

    /// <summary>Writes an entry of a routing table.</summary>
    public string BindingOf(string routingKey, string pattern, string queue) =>
        routingKey + options.Separator + pattern + options.Separator + queue;

    /// <summary>Reads an entry of a routing table, and gives its queue if it is for a routing key.</summary>
    public string? QueueOfBinding(string entry, string routingKey)
    {
        string[] parts = entry.Split(options.Separator);
        if (parts.Length != 3)
        {
            return null;
        }

        return (parts[1].Length > 0 ? Fits(parts[1], routingKey) : parts[0] == routingKey) ? parts[2] : null;
    }

    /// <summary>Writes a topic as the regular expression that kombu would: escaped, one word for <c>*</c>, anything for <c>#</c>.</summary>
    public static string PatternOf(string topic)
    {
        IEnumerable<string> words = topic.Split('.').Select(static word => word switch
        {
            "*" => ".*?[^\\.]",
            "#" => ".*?",
            _ => EscapeAsPython(word),
        });
        return "^" + string.Join("\\.", words) + "$";
    }

    /// <summary>Names the channel of a broadcast.</summary>
    public string Channel(string exchange, string routingKey) =>
        routingKey.Length == 0 || !options.HasFanoutPatterns ? ChannelStart(exchange) : ChannelStart(exchange) + "/" + routingKey;

    /// <summary>Names the channels of the broadcasts whose routing keys fit a pattern, as the server wants patterns written.</summary>
    public string ChannelPattern(string exchange, string pattern)
    {
        string start = EscapeForServer(ChannelStart(exchange));
        return pattern.Length == 0 || !options.HasFanoutPatterns ? start : start + "/" + EscapeForServer(pattern.Replace('#', '*'));
    }

    // Whoever can write to the server can write patterns: none may cost more than its length times that of the key.
    private static bool Fits(string pattern, string routingKey)
    {
        try
        {
            return Regex.IsMatch(routingKey, pattern, RegexOptions.NonBacktracking);
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private string ChannelStart(string exchange) =>
        _prefix + (options.HasFanoutPrefix ? string.Create(CultureInfo.InvariantCulture, $"/{database}.") : "") + exchange;

    private static string EscapeForServer(string text)
    {
        StringBuilder escaped = new();
        foreach (char character in text)
        {
            escaped.Append(character is '?' or '[' or ']' or '\\' or '^' ? "\\" : "").Append(character);
        }

        return escaped.ToString();
    }

    // What Python's re.escape escapes since 3.7.
    private static string EscapeAsPython(string word)
    {
        StringBuilder escaped = new();
        foreach (char character in word)
        {
            escaped.Append("()[]{}?*+-|^$\\.&~# \t\n\r\v\f".Contains(character, StringComparison.Ordinal) ? "\\" : "").Append(character);
        }

        return escaped.ToString();
    }
}
