using Overlap.QueuePrograms;

// What to be is the first argument, then after how many lines to die (0: never), then the queue's file or its server's URL.
// Hosts are killed from outside, and have the URL second.
// Each line it writes tells of something that is done for good.
switch (args)
{
    case ["publish", string lines, string file, string from, string calls]:
        await new SqlitePrograms(file, int.Parse(lines)).PublishAsync(int.Parse(from), int.Parse(calls));
        break;
    case ["work", string lines, string file]:
        await new SqlitePrograms(file, int.Parse(lines)).WorkAsync();
        break;
    case ["complete", string lines, string file]:
        await new SqlitePrograms(file, int.Parse(lines)).CompleteAsync();
        break;
    case ["retry", string lines, string file]:
        await new SqlitePrograms(file, int.Parse(lines)).RetryAsync();
        break;
    case ["redis-work", string lines, string url]:
        await new RedisPrograms(url, int.Parse(lines)).WorkAsync();
        break;
    case ["redis-retry", string lines, string url]:
        await new RedisPrograms(url, int.Parse(lines)).RetryAsync();
        break;
    case ["host", string url]:
        await HostProgram.RunAsync(url);
        break;
    case ["host", string url, "convicts"]:
        await HostProgram.RunAsync(url, convicts: true);
        break;
    case ["host", string url, "lease", string seconds]:
        await HostProgram.RunAsync(url, lease: TimeSpan.FromSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)));
        break;
    case ["host", string url, "dies" or "fails", string point]:
        await HostProgram.RunAsync(url, point, dies: args[2] == "dies");
        break;
    default:
        throw new ArgumentException($"Unknown program: {string.Join(' ', args)}");
}
