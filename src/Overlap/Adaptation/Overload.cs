using System.Net;

namespace Overlap.Adaptation;

/// <summary>Tells refusals from other failures.</summary>
public static class Overload
{
    /// <summary>Whether an exception, or one inside it, is an HTTP answer 429 or 503.</summary>
    /// <param name="exception">What a call threw.</param>
    public static bool IsKnown(Exception exception)
    {
        for (Exception? cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException { StatusCode: HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable })
            {
                return true;
            }
        }

        return false;
    }
}
