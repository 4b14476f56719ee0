using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Numerics;
using System.Text;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

/// <summary>Bytes that were changed on the way give a value or a <see cref="PayloadException"/>, and never take much more room than they are long.</summary>
public class MutationTests
{
    private const int MutationsEach = 2_000;
    private const int Seed = 20_240_229;

    private static readonly ValueCodecs Codecs = new();

    public static TheoryData<string> Names() => [.. Subjects.Keys];

    private static readonly Dictionary<string, Action> Subjects = new()
    {
        ["int"] = () => Mutate(7),
        ["bool"] = () => Mutate(true),
        ["decimal"] = () => Mutate(1.5m),
        ["DateTimeOffset"] = () => Mutate(DateTimeOffset.UnixEpoch),
        ["Flags"] = () => Mutate(new Flags(1, true, DateTime.MaxValue, 1, DateTimeOffset.MinValue)),
        ["string"] = () => Mutate("some text"),
        ["int?"] = () => Mutate<int?>(7),
        ["byte[]"] = () => Mutate<byte[]>([1, 2, 3]),
        ["large byte[]"] = () => Mutate(new byte[Blobs.Threshold]),
        ["bool[]"] = () => Mutate<bool[]>([true, false, true]),
        ["double[]"] = () => Mutate<double[]>([1, 2, 3]),
        ["string[]"] = () => Mutate<string[]>(["a", "bc", ""]),
        ["int[][]"] = () => Mutate<int[][]>([[1], [2, 3]]),
        ["int[,]"] = () => Mutate(new[,] { { 1, 2 }, { 3, 4 } }),
        ["string[,,]"] = () => Mutate(new[, ,] { { { "a" }, { "b" } } }),
        ["(int, string)"] = () => Mutate((1, "a")),
        ["Tuple"] = () => Mutate(Tuple.Create(1, "a", 2.0)),
        ["List<long>"] = () => Mutate<List<long>>([1, 2]),
        ["List<Item>"] = () => Mutate<List<Item>>([new(1, 2, "a", true), new(2, 3, null, false)]),
        ["HashSet<string>"] = () => Mutate<HashSet<string>>(["a", "b"]),
        ["SortedSet<string>"] = () => Mutate<SortedSet<string>>(["a", "b"]),
        ["Stack<int>"] = () => Mutate(new Stack<int>([1, 2])),
        ["Dictionary<string, int>"] = () => Mutate(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 }),
        ["SortedList<int, string>"] = () => Mutate(new SortedList<int, string> { [1] = "a", [2] = "b" }),
        ["FrozenDictionary<int, int>"] = () => Mutate(new Dictionary<int, int> { [1] = 1, [2] = 2 }.ToFrozenDictionary()),
        ["ImmutableArray<string>"] = () => Mutate(ImmutableArray.Create("a", "b")),
        ["IReadOnlyDictionary<string, string[]>"] = () => Mutate<IReadOnlyDictionary<string, string[]>>(new Dictionary<string, string[]> { ["a"] = ["b"] }),
        ["ReadOnlyMemory<byte>"] = () => Mutate<ReadOnlyMemory<byte>>(new byte[] { 1, 2 }),
        ["Uri"] = () => Mutate(new Uri("https://example.org/a")),
        ["Version"] = () => Mutate(new Version(1, 2, 3, 4)),
        ["BigInteger"] = () => Mutate(BigInteger.Pow(7, 50)),
        ["IPAddress"] = () => Mutate(IPAddress.IPv6Loopback),
        ["StringBuilder"] = () => Mutate(new StringBuilder("abc")),
        ["CancellationToken"] = () => Mutate(new CancellationToken(canceled: true)),
        ["Item"] = () => Mutate(new Item(1, 2.5, "name", true)),
        ["Line"] = () => Mutate(new Line("a", 1)),
        ["Rich"] = () => Mutate(new Rich([1, 2], 'x', DateTime.MaxValue, new Stack<int>([1]), new[,] { { 1 } }, 4, Colour.Green, default)),
        ["Figure"] = () => Mutate<Figure>(new Circle("c", 1)),
        ["Tree"] = () => Mutate(new Tree("a", new("b", null, [], []), [new(null, null, [], [])], new() { ["k"] = new("c", null, [], []) })),
        ["Picky"] = () => Mutate(new Picky(9)),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void Read_ChangedBytes_GivesAValueOrPayloadException(string name) => Subjects[name]();

    private static void Mutate<T>(T value)
    {
        TestBorder border = new();
        PayloadWriter writer = new(border);
        ValueCodec<T> codec = Codecs.Of<T>();
        codec.Write(writer, value);
        byte[] whole = writer.Written.ToArray();
        border.IsWorkerSide = true;
        Random random = new(Seed);
        int refused = 0;
        for (int i = 0; i < MutationsEach; i++)
        {
            byte[] bytes = Change(whole, random);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                PayloadReader reader = new(bytes, border);
                codec.Read(ref reader);
            }
            catch (PayloadException)
            {
                refused++;
            }

            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken < 4 * Blobs.Threshold, $"{taken} bytes were taken for {bytes.Length}");
        }

        // Of each form some change is noticed; a test in which nothing was would test nothing.
        Assert.True(refused > 0);
    }

    private static byte[] Change(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                int from = random.Next(bytes.Length);
                return [.. bytes[..from], .. bytes[random.Next(from, bytes.Length)..]];
            case 2:
                byte[] more = new byte[random.Next(1, 12)];
                random.NextBytes(more);
                int at = random.Next(bytes.Length);
                return [.. bytes[..at], .. more, .. bytes[at..]];
            default:
                for (int i = random.Next(1, 5); i > 0; i--)
                {
                    bytes[random.Next(bytes.Length)] = random.Next(4) switch { 0 => 0xFF, 1 => 0x7F, 2 => 0, _ => (byte)random.Next(256) };
                }

                return bytes;
        }
    }
}
