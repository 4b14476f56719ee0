using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>Where a Redis server is and how one gets in, as a URL tells it.</summary>
/// <remarks>
/// Shape: <c>redis://[[user]:password@]host[:port][/db]</c>, <c>rediss://…</c> over TLS, <c>unix://[[user]:password@]/path?db=1</c>, also written
/// <c>redis+socket:///path?virtual_host=1</c>, and <c>sentinel://host[:port][;sentinel://host[:port]…]/db?master_name=x</c>.
/// User and password are percent-encoded. A password may stand alone before the <c>@</c> with a colon before it, or without.
/// Errors: anything else is a <see cref="FormatException"/> of one line that names the part; the password is never in it.
/// </remarks>
internal sealed record RedisUrl
{
    private const int DefaultPort = 6379;
    private const int DefaultSentinelPort = 26379;
    private const string Forms = "redis://, rediss://, unix:// and sentinel://";

    private static readonly string[] KnownOptions =
        ["db", "virtual_host", "master_name", "ssl_cert_reqs", "ssl_ca_certs", "ssl_certfile", "ssl_keyfile", "client_name"];

    /// <summary>The servers to try, in order; sentinels if there is a <see cref="MasterName"/>. None of a socket.</summary>
    public ImmutableArray<(string Host, int Port)> Hosts { get; init; } = [];

    /// <summary>The path of a Unix socket; <see langword="null"/>: TCP.</summary>
    public string? SocketPath { get; init; }

    public bool IsTls { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public int Database { get; init; }

    /// <summary>What the sentinels call the master; <see langword="null"/>: there are none.</summary>
    public string? MasterName { get; init; }

    /// <summary>Whether the server's certificate is checked.</summary>
    public bool ChecksCertificate { get; init; } = true;

    /// <summary>A file with the certificates that are trusted; <see langword="null"/>: those of the system.</summary>
    public string? TrustedCertificates { get; init; }

    /// <summary>A file with our certificate; <see langword="null"/>: none.</summary>
    public string? Certificate { get; init; }

    /// <summary>A file with its key; <see langword="null"/>: in the same file.</summary>
    public string? CertificateKey { get; init; }

    /// <summary>What the link is called on the server; <see langword="null"/>: not said.</summary>
    public string? ClientName { get; init; }

    /// <summary>The URL for people to read; without a password.</summary>
    public string Address
    {
        get
        {
            StringBuilder text = new();
            text.Append(MasterName is not null ? "sentinel://" : SocketPath is not null ? "unix://" : IsTls ? "rediss://" : "redis://");
            if (User is not null)
            {
                text.Append(User).Append('@');
            }

            text.Append(SocketPath ?? string.Join(';', Hosts.Select(static host => Printed(host.Host, host.Port))));
            return text.Append(CultureInfo.InvariantCulture, $"/{Database}").Append(MasterName is null ? "" : "?master_name=" + MasterName).ToString();
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Address;   // The compiler's own would print the password.

    /// <summary>Reads a URL.</summary>
    /// <exception cref="FormatException">It is none of a Redis server.</exception>
    public static RedisUrl Parse(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        int scheme = url.IndexOf("://", StringComparison.Ordinal);
        if (scheme <= 0)
        {
            throw Wrong($"it does not begin with one of {Forms}");
        }

        string name = url[..scheme];
        string rest = url[(scheme + 3)..];
        if (rest.AsSpan().ContainsAny(" \t\r\n"))
        {
            throw Wrong("it holds white space");
        }

        Dictionary<string, string> options = OptionsOf(ref rest);
        RedisUrl parsed = name switch
        {
            "redis" or "rediss" => ParseHosts(rest, DefaultPort) with { IsTls = name == "rediss" },
            "unix" or "redis+socket" => ParseSocket(rest),
            "sentinel" => ParseHosts(rest.Replace("sentinel://", "", StringComparison.Ordinal), DefaultSentinelPort),
            _ => throw Wrong($"'{name}://' is not one of {Forms}"),
        };
        parsed = parsed.WithOptions(options);
        if (name == "sentinel" && parsed.MasterName is null)
        {
            throw Wrong("a sentinel needs ?master_name=");
        }

        if (name != "sentinel" && (parsed.MasterName is not null || parsed.Hosts.Length > 1))
        {
            throw Wrong(parsed.MasterName is null ? "it names several servers, which only sentinel:// can" : "master_name is for sentinel://");
        }

        return parsed;
    }

    private static Dictionary<string, string> OptionsOf(ref string rest)
    {
        Dictionary<string, string> options = [];
        int question = rest.IndexOf('?', StringComparison.Ordinal);
        if (question < 0)
        {
            return options;
        }

        foreach (string pair in rest[(question + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string key = Uri.UnescapeDataString(equals < 0 ? pair : pair[..equals]);
            if (!KnownOptions.Contains(key))
            {
                throw Wrong($"the option '{key}' is not known; known are {string.Join(", ", KnownOptions)}");
            }

            options[key] = equals < 0 ? "" : Uri.UnescapeDataString(pair[(equals + 1)..]);
        }

        rest = rest[..question];
        return options;
    }

    private static RedisUrl ParseHosts(string rest, int defaultPort)
    {
        (string? user, string? password) = TakeUser(ref rest);
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        string path = slash < 0 ? "" : rest[(slash + 1)..];
        string hosts = slash < 0 ? rest : rest[..slash];
        return new RedisUrl
        {
            User = user,
            Password = password,
            Database = path.Length == 0 ? 0 : DatabaseOf(path),
            Hosts = [.. hosts.Split(';').Select(host => HostOf(host, defaultPort))],
        };
    }

    private static RedisUrl ParseSocket(string rest)
    {
        (string? user, string? password) = TakeUser(ref rest);
        return rest.StartsWith('/')
            ? new RedisUrl { User = user, Password = password, SocketPath = Uri.UnescapeDataString(rest) }
            : throw Wrong("the path of the socket does not begin with /, as in unix:///run/redis.sock");
    }

    private static (string? User, string? Password) TakeUser(ref string rest)
    {
        int at = rest.LastIndexOf('@');
        if (at < 0)
        {
            return default;
        }

        string login = rest[..at];
        rest = rest[(at + 1)..];
        int colon = login.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0)
        {
            // A name without a password gets nobody in; the field writes a lone password so.
            return (null, Uri.UnescapeDataString(login));
        }

        string user = Uri.UnescapeDataString(login[..colon]);
        return (user.Length == 0 ? null : user, Uri.UnescapeDataString(login[(colon + 1)..]));
    }

    private static (string Host, int Port) HostOf(string text, int defaultPort)
    {
        string host = text;
        string? port = null;
        int colon = text.LastIndexOf(':');
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']', StringComparison.Ordinal);
            if (close < 0 || (close + 1 < text.Length && text[close + 1] != ':'))
            {
                throw Wrong($"'{text}' is no host");
            }

            host = text[1..close];
            port = close + 1 < text.Length ? text[(close + 2)..] : null;
        }
        else if (colon >= 0)
        {
            host = text[..colon];
            port = text[(colon + 1)..];
        }

        if (host.Length == 0)
        {
            host = "localhost";
        }

        if (Uri.CheckHostName(host) == UriHostNameType.Unknown)
        {
            throw Wrong($"'{host}' is no host");
        }

        if (port is not null && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number is < 1 or > 65535))
        {
            throw Wrong($"'{port}' is no port");
        }

        return (host, port is null ? defaultPort : int.Parse(port, CultureInfo.InvariantCulture));
    }

    private RedisUrl WithOptions(Dictionary<string, string> options)
    {
        RedisUrl url = this;
        foreach ((string key, string value) in options)
        {
            url = key switch
            {
                "db" or "virtual_host" => url with { Database = DatabaseOf(value.TrimStart('/')) },
                "master_name" => url with { MasterName = value.Length > 0 ? value : throw Wrong("master_name is empty") },
                "ssl_cert_reqs" => url with { ChecksCertificate = ChecksOf(value) },
                "ssl_ca_certs" => url with { TrustedCertificates = value },
                "ssl_certfile" => url with { Certificate = value },
                "ssl_keyfile" => url with { CertificateKey = value },
                _ => url with { ClientName = value.AsSpan().ContainsAny(" \r\n") ? throw Wrong("client_name holds white space") : value },
            };
        }

        return url;
    }

    private static bool ChecksOf(string value) => value switch
    {
        "required" or "CERT_REQUIRED" => true,
        "none" or "CERT_NONE" => false,
        _ => throw Wrong($"ssl_cert_reqs is '{value}', not 'required' or 'none'"),
    };

    private static int DatabaseOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int database)
            ? database
            : throw Wrong($"'{text}' is no number of a database");

    private static string Printed(string host, int port) =>
        string.Create(CultureInfo.InvariantCulture, $"{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");

    private static FormatException Wrong(string what) => new($"The URL of the Redis server is wrong: {what}.");
}
