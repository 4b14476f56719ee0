namespace Overlap.Cli.Jobs.Fetch;

/// <summary>The short stable words for why an item failed: <c>ErrorKind</c> of its result, listed in the docs page of <c>fetch</c>.</summary>
internal static class FailureKind
{
    public const string BadUrl = "bad-url";
    public const string Connect = "connect";
    public const string Dns = "dns";
    public const string Encoding = "encoding";
    public const string Exists = "exists";
    public const string Http3xx = "http-3xx";
    public const string Http4xx = "http-4xx";
    public const string Http5xx = "http-5xx";
    public const string NotAccepted = "not-accepted";
    public const string Protocol = "protocol";
    public const string Redirect = "redirect";
    public const string RefusedPrivate = "refused-private";
    public const string RefusedTarget = "refused-target";
    public const string RetryAfter = "retry-after";
    public const string Timeout = "timeout";
    public const string Tls = "tls";
    public const string TooBig = "too-big";
    public const string Truncated = "truncated";
}
