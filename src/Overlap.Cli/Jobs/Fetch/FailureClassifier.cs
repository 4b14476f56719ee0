using System.Net.Sockets;
using System.Security.Authentication;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Says in our words what an exception of the network means.</summary>
internal static class FailureClassifier
{
    private const int MaxMessageLength = 300;

    /// <summary>Classifies an exception that an attempt ended with, when no limit of ours had passed.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="inBody">Whether the headers had arrived.</param>
    /// <param name="options">The limits, for their values.</param>
    public static FetchFailure Classify(Exception exception, bool inBody, TransferOptions options)
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is FetchException ours)
            {
                return ours.Failure;
            }
        }

        SocketException? socket = Find<SocketException>(exception);
        return exception switch
        {
            OperationCanceledException => new(FailureKind.Timeout, $"no connection within {options.ConnectTimeout.TotalSeconds:0.###} s", CanRetry: true),
            HttpRequestException request => FromRequest(request, socket, inBody),
            HttpIOException body => FromError(body.HttpRequestError, body, socket, inBody),
            IOException or SocketException or ObjectDisposedException => Broken(exception, socket, inBody),
            _ => new(FailureKind.Protocol, Line(exception)),
        };
    }

    /// <summary>One line of an exception's message.</summary>
    private static string Line(Exception exception)
    {
        string text = UrlText.Printable(exception.Message.ReplaceLineEndings(" "));
        return text.Length <= MaxMessageLength ? text : string.Concat(text.AsSpan(0, MaxMessageLength), "…");
    }

    private static FetchFailure FromRequest(HttpRequestException exception, SocketException? socket, bool inBody)
    {
        if (exception.HttpRequestError != HttpRequestError.Unknown)
        {
            return FromError(exception.HttpRequestError, exception, socket, inBody);
        }

        return Find<HttpIOException>(exception) is { } response
            ? FromError(response.HttpRequestError, response, socket, inBody)
            : exception.InnerException is IOException ? Broken(exception, socket, inBody) : new(FailureKind.Protocol, Line(exception));
    }

    private static FetchFailure FromError(HttpRequestError error, Exception exception, SocketException? socket, bool inBody) => error switch
    {
        HttpRequestError.NameResolutionError => new(
            FailureKind.Dns,
            socket?.SocketErrorCode == SocketError.TryAgain ? "the name could not be looked up for now" : "the host name is not known",
            CanRetry: socket?.SocketErrorCode == SocketError.TryAgain),
        HttpRequestError.ConnectionError or HttpRequestError.ProxyTunnelError => new(
            FailureKind.Connect, $"no connection: {(socket is null ? Line(exception) : Line(socket))}", CanRetry: true),
        HttpRequestError.SecureConnectionError => Tls(exception),
        HttpRequestError.ResponseEnded => new(
            FailureKind.Truncated, inBody ? "the connection ended in the middle of the body" : "the connection ended before the answer", CanRetry: true),
        HttpRequestError.ConfigurationLimitExceeded => new(FailureKind.TooBig, "the headers of the answer are longer than 256 KiB"),
        _ => exception.InnerException is IOException && socket is not null
            ? Broken(exception, socket, inBody)
            : new(FailureKind.Protocol, $"the answer is not valid HTTP: {Line(exception)}"),
    };

    private static FetchFailure Tls(Exception exception)
    {
        // A certificate does not become valid by asking again; a handshake that was cut may go through.
        AuthenticationException? refused = Find<AuthenticationException>(exception);
        return refused is not null
            ? new(FailureKind.Tls, $"TLS failed: {Line(Innermost(refused))}")
            : new(FailureKind.Tls, "TLS failed: the connection ended in the handshake", CanRetry: true);
    }

    private static FetchFailure Broken(Exception exception, SocketException? socket, bool inBody) => new(
        inBody ? FailureKind.Truncated : FailureKind.Connect,
        $"the connection broke{(inBody ? " in the middle of the body" : "")}: {(socket is null ? Line(Innermost(exception)) : Line(socket))}",
        CanRetry: true);

    private static Exception Innermost(Exception exception)
    {
        while (exception.InnerException is { } inner)
        {
            exception = inner;
        }

        return exception;
    }

    private static T? Find<T>(Exception exception)
        where T : Exception
    {
        for (Exception? inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is T found)
            {
                return found;
            }
        }

        return null;
    }
}
