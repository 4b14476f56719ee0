using System.Diagnostics;

namespace Overlap.InteropTests.Stage;

/// <summary>Sees to it that the programs at the other end are there: installs Debian's where it may, and fails with one line where it may not.</summary>
internal static class Programs
{
    public const string Python = "/usr/bin/python3";

    private static readonly string[] Packages = ["python3-celery", "python3-redis", "python3-msgpack", "redis-server"];
    private static readonly Lazy<Task> Ensured = new(InstallAsync);

    public static Task EnsureAsync() => Ensured.Value;

    private static async Task InstallAsync()
    {
        if (await AreThereAsync())
        {
            return;
        }

        string command = $"apt-get install --yes --no-install-recommends {string.Join(' ', Packages)}";
        if (Environment.IsPrivilegedProcess && File.Exists("/usr/bin/apt-get"))
        {
            await RunAsync("sh", "-c", $"apt-get update -qq; DEBIAN_FRONTEND=noninteractive {command}");
            if (await AreThereAsync())
            {
                return;
            }
        }

        throw new InvalidOperationException($"These tests need a real Celery and a real Redis: sudo {command}");
    }

    private static async Task<bool> AreThereAsync() =>
        await RunAsync("redis-server", "--version") && await RunAsync(Python, "-c", "import celery, redis, msgpack");

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
