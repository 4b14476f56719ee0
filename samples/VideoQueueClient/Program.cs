// Hands videos to the worker of samples/VideoQueue, and prints what became of them: the queue is a file, or a Redis server, by its URL.
// Usage: VideoQueueClient [URL] [VIDEO...]
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Sqlite;
using VideoQueue;

string url = args is [string first, ..] ? first : "sqlite:///overlap.db";
string[] videos = args.Length > 1 ? args[1..] : ["home_video.mp4", "holiday.mov"];
bool isFile = url.StartsWith("sqlite:", StringComparison.Ordinal);
await using IBroker broker = isFile ? new SqliteBroker(SqliteOptions.FromUrl(url)) : new RedisBroker(url);
await using IResultBackend backend = isFile ? new SqliteBackend(SqliteOptions.FromUrl(url)) : new RedisBackend(url);

// snippet
TaskClient client = new(broker, backend);
List<TaskHandle<VideoResult>> calls = [];
foreach (string video in videos)
{
    calls.Add(await client.ProcessVideo(video));   // On the disk now: it will be done, whatever happens to this program.
    Console.WriteLine($"{video} is handed over");
}

foreach (TaskHandle<VideoResult> call in calls)
{
    VideoResult result = await call.GetAsync();
    Console.WriteLine($"{result.Input} became {result.Output}: {result.Status}");
}

ResultDocument end = await (await client.Fail()).WaitAsync();
Console.WriteLine($"One fails on purpose: {end.Error!.Type}: {end.Error.Message}");
// end snippet
