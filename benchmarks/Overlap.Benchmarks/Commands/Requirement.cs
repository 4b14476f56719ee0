namespace Overlap.Benchmarks.Commands;

/// <summary>A peer that must be installed, and the Debian package that brings it.</summary>
/// <param name="Name">What the report calls it.</param>
/// <param name="Package">Debian's package.</param>
/// <param name="VersionCommand">A command that succeeds only when the peer is there, and prints its version.</param>
internal sealed record Requirement(string Name, string Package, params string[] VersionCommand)
{
    /// <summary>Debian's Python: its packages are not seen by another one that comes first in the path.</summary>
    public const string Python = "/usr/bin/python3";

    public static readonly Requirement Gcc = new("gcc", "gcc", "gcc", "-dumpfullversion");

    // In full: the runtime looks for a bare name in the working folder first, and ours holds a ./test.
    public static readonly Requirement LibC = new("libc headers", "libc6-dev", "/usr/bin/test", "-e", "/usr/include/pthread.h");
    public static readonly Requirement CPython = new("Python", "python3", Python, "--version");
    public static readonly Requirement Node = new("node", "nodejs", "node", "-p", "process.versions.node");
    public static readonly Requirement Npm = new("npm", "npm", "npm", "--version");
    public static readonly Requirement Curl = new("curl", "curl", "curl", "--version");
    public static readonly Requirement Wget2 = new("wget2", "wget2", "wget2", "--version");
    public static readonly Requirement Aria2 = new("aria2", "aria2", "aria2c", "--version");
    public static readonly Requirement AioHttp = new("aiohttp", "python3-aiohttp", Python, "-c", "import aiohttp, sys; print(aiohttp.__version__, 'on Python', sys.version.split()[0])");
    public static readonly Requirement Requests = new("requests", "python3-requests", Python, "-c", "import requests, sys; print(requests.__version__, 'on Python', sys.version.split()[0])");
    public static readonly Requirement Parallel = new("GNU parallel", "parallel", "parallel", "--version");
    public static readonly Requirement Xargs = new("xargs", "findutils", "xargs", "--version");

    public static readonly Requirement Pillow = new("Pillow", "python3-pil", Python, "-c", "import PIL, sys; print(PIL.__version__, 'on Python', sys.version.split()[0])");
    public static readonly Requirement VipsThumbnail = new("vipsthumbnail", "libvips-tools", "sh", "-c", "vipsthumbnail --vips-version | sed 's/libvips //'");
    public static readonly Requirement ImageMagick = new("ImageMagick", "imagemagick", "sh", "-c", "convert -version | sed -n 's/Version: ImageMagick \\([^ ]*\\).*/\\1/p'");

    public static readonly Requirement Redis = new("redis-server", "redis-server", "sh", "-c", "redis-server --version | sed 's/.*v=\\([^ ]*\\).*/\\1/'");
    public static readonly Requirement Celery = new("Celery", "python3-celery", Python, "-c", "import celery, redis, sys; print(celery.__version__, 'on Python', sys.version.split()[0])");

    /// <summary>Gives the version, or <see langword="null"/> when the peer is not there.</summary>
    public async Task<string?> FindVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            string output = await ShortCommand.RunAsync(VersionCommand[0], VersionCommand[1..], cancellationToken);
            string line = output.Split('\n')[0].Trim();

            // "curl 7.88.1 (x86_64…) …" and "GNU Wget2 1.99.1 - …": the first word that begins with a digit; others print it alone.
            return VersionCommand[^1] == "--version" ? line.Split(' ').First(static word => char.IsAsciiDigit(word[0])) : line;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
