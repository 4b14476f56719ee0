using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Overlap.Tests.Processes.Values;

// The types that the tests of this folder send.

internal enum Colour : byte
{
    Red,
    Green,
}

internal readonly record struct Nothing;

internal readonly record struct Point(double X, int Y);

internal readonly record struct Flags(int Number, bool IsOn, DateTime? When, decimal Price, DateTimeOffset At);

internal record struct Line(string Text, int Width);

internal sealed record Item(int Number, double Weight, string? Name, bool IsOpen);

internal sealed record Tree(string? Name, Tree? Left, List<Tree> Children, Dictionary<string, Tree> ByName);

internal sealed record Rich(double[] Numbers, char Letter, DateTime When, Stack<int> Pile, int[,] Grid, int? Maybe, Colour Colour, CancellationToken Token);

internal record Animal(string Name);

internal sealed record Dog(string Name, int Tricks) : Animal(Name);

[JsonDerivedType(typeof(Circle), "circle")]
[JsonDerivedType(typeof(Square), "square")]
internal abstract record Figure(string Name);

internal sealed record Circle(string Name, double Radius) : Figure(Name);

internal sealed record Square(string Name, double Side) : Figure(Name);

internal abstract record Unknown(string Name);

internal sealed class Mutable
{
    public required string Name { get; set; }

    public int Number { get; init; }

    [JsonInclude]
    public int Seen { get; private set; }

    public int Twice => Number * 2;

    public void See() => Seen++;
}

internal class Keeper
{
    private readonly int _secret;

    public Keeper() => _secret = 4;

    public int Read() => _secret;
}

internal sealed class Heir : Keeper
{
    public int Open { get; set; }
}

internal sealed class ReadOnlyNumber
{
    public int Number { get; private set; }

    public void Set(int number) => Number = number;
}

internal sealed class Forgetful
{
    [JsonIgnore]
    public int Number { get; set; }
}

internal sealed class Chosen
{
    [NonSerialized]
    private int _cache;

    public int Number { get; set; }

    public int Cached() => _cache == 0 ? _cache = Number : _cache;

    public int Cache => _cache;
}

internal sealed class Capturing(int start)
{
    public int Next() => start++;
}

internal sealed record Order(int Number, HttpClient Client);

internal sealed record Book(List<Order> Orders);

internal readonly record struct Handle(int Number, nint Address);

internal sealed class Picky
{
    public Picky(int number) => Number = number < 100 ? number : throw new ArgumentOutOfRangeException(nameof(number));

    public int Number { get; }
}

[JsonConverter(typeof(SecretConverter))]
internal sealed class Secret(int number)
{
    private readonly int _number = number;

    public int Tell() => _number;

    internal sealed class SecretConverter : JsonConverter<Secret>
    {
        public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new(reader.GetInt32());

        public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options) => writer.WriteNumberValue(value.Tell());
    }
}

[InlineArray(3)]
internal struct ThreeTruths
{
    private bool _first;
}

internal sealed class MyList : List<int>;

internal sealed record Generated(int Number, string Text);

[JsonSerializable(typeof(Generated))]
[JsonSerializable(typeof(Animal))]
internal sealed partial class GeneratedContracts : JsonSerializerContext;
