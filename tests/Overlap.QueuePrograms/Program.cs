using Overlap.QueuePrograms;

// What to be is the first argument, the queue's file or URL the second. Each line it writes tells of something that is done for good.
switch (args)
{
    case ["publish", string file, string from, string calls]:
        await SqlitePrograms.PublishAsync(file, int.Parse(from), int.Parse(calls));
        break;
    case ["work", string file]:
        await SqlitePrograms.WorkAsync(file);
        break;
    case ["complete", string file]:
        await SqlitePrograms.CompleteAsync(file);
        break;
    case ["retry", string file]:
        await SqlitePrograms.RetryAsync(file);
        break;
    case ["redis-work", string url]:
        await RedisPrograms.WorkAsync(url);
        break;
    case ["redis-retry", string url]:
        await RedisPrograms.RetryAsync(url);
        break;
    default:
        throw new ArgumentException($"Unknown program: {string.Join(' ', args)}");
}
