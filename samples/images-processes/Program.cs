// Halves each picture of a folder in worker processes. A broken picture costs a line; one that crashes its decoder costs a line too.
// Usage: images-processes [FOLDER]     a folder with .pgm and .ppm files; without, one with samples is made and removed
using System.Text;
using Overlap.Executors;
using Overlap.Processes;

string folder = args.Length > 0 ? args[0] : MakeSamples();
string[] files = [.. Directory.GetFiles(folder, "*.p?m").Where(file => !file.Contains(".half.")).Order()];

// snippet
await using ProcessPoolExecutor executor = new(new ProcessPoolExecutorOptions { Output = _ => { } });
await foreach (CompletedCall<string, string> call in executor.AsCompletedAsync(files, Halve))
{
    string name = Path.GetFileName(call.Item);
    Console.WriteLine(call.Outcome.TryGetValue(out string? size)
        ? $"halved  {name} to {size}"
        : $"error   {name}: {call.Outcome.Exception!.Message.Split('\n')[0]}");
}
// end snippet

if (args.Length == 0)
{
    Directory.Delete(folder, recursive: true);
}

static string Halve(string file)
{
    byte[] bytes = File.ReadAllBytes(file);
    string[] head = Encoding.ASCII.GetString(bytes, 0, Math.Min(bytes.Length, 64)).Split([' ', '\n'], 5);
    int channels = head[0] switch { "P5" => 1, "P6" => 3, _ => throw new InvalidDataException($"{head[0]} is no picture") };
    (int width, int height) = (int.Parse(head[1]), int.Parse(head[2]));
    int start = head[..4].Sum(static word => word.Length + 1);
    if (bytes.Length - start < width * height * channels)
    {
        throw new EndOfStreamException($"{bytes.Length - start} of {width * height * channels} bytes are there");
    }

    if (bytes[start] == 0xBA && bytes[start + 1] == 0xD1)
    {
        // Stands for a decoder in native code that stumbles over this very file: no handler of an exception can help.
        Environment.FailFast("decoder crashed");
    }

    (int halfWidth, int halfHeight) = (width / 2, height / 2);
    byte[] half = new byte[halfWidth * halfHeight * channels];
    for (int i = 0; i < half.Length; i++)
    {
        int upper = start + (((i / channels / halfWidth * 2 * width) + (i / channels % halfWidth * 2)) * channels) + (i % channels);
        int lower = upper + (width * channels);
        half[i] = (byte)((bytes[upper] + bytes[upper + channels] + bytes[lower] + bytes[lower + channels] + 2) / 4);
    }

    string target = Path.ChangeExtension(file, $".half{Path.GetExtension(file)}");
    File.WriteAllBytes(target, [.. Encoding.ASCII.GetBytes($"{head[0]}\n{halfWidth} {halfHeight}\n255\n"), .. half]);
    return $"{halfWidth} x {halfHeight}";
}

static string MakeSamples()
{
    string folder = Directory.CreateTempSubdirectory("pictures").FullName;
    for (int i = 1; i <= 6; i++)
    {
        byte[] pixels = [.. Enumerable.Range(0, 640 * 480 * 3).Select(at => (byte)(at * i / 640))];
        Write($"color{i}.ppm", "P6", pixels);
        Write($"gray{i}.pgm", "P5", pixels[..(640 * 480)]);
    }

    Write("truncated.pgm", "P5", new byte[1000]);
    Write("crashing.pgm", "P5", [0xBA, 0xD1, .. new byte[640 * 480]]);
    return folder;

    void Write(string name, string kind, byte[] pixels) =>
        File.WriteAllBytes(Path.Combine(folder, name), [.. Encoding.ASCII.GetBytes($"{kind}\n640 480\n255\n"), .. pixels]);
}
