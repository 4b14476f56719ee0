using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Overlap.Processes;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

public class JsonCodecTests
{
    [Fact]
    public void Read_Record_IsTheSame()
    {
        Item item = new(1, double.NaN, "a\"b\uD800 Ω", true);
        Assert.Equal(item, Travel.Once(item));
        Assert.Null(Travel.Once<Item?>(null));
        Assert.Null(Travel.Once(new Item(1, -0.0, null, false)).Name);
    }

    [Fact]
    public void Read_ClassWithProperties_HasThemAll()
    {
        Mutable value = new() { Name = "n", Number = 4 };
        value.See();
        Mutable read = Travel.Once(value);
        Assert.Equal(("n", 4, 1, 8), (read.Name, read.Number, read.Seen, read.Twice));
    }

    [Fact]
    public void Read_StructWithReference_IsTheSame()
    {
        Line line = new("x", 3);
        Assert.Equal(line, Travel.Once(line));
        Assert.Equal([line, null], Travel.Once<Line?[]>([line, null]));
        Assert.Equal(default, Travel.Once(default(Line)));
    }

    [Fact]
    public void Read_TypeWithinItself_IsTheSame()
    {
        Tree leaf = new(null, null, [], []);
        Tree tree = new("root", leaf, [leaf, new("kid", null, [leaf], new() { ["x"] = leaf })], []);
        Tree read = Travel.Once(tree);
        Assert.Null(read.Left!.Name);
        Assert.Equal("kid", read.Children[1].Name);
        Assert.Single(read.Children[1].ByName["x"].Children.Concat([leaf]));
    }

    [Fact]
    public void Read_MembersBesideTheText_AreTheSame()
    {
        using CancellationTokenSource source = new();
        Rich rich = new([1, double.NaN], '\uD800', new DateTime(5, DateTimeKind.Local), new Stack<int>([1, 2]), new[,] { { 1 }, { 2 } }, null, Colour.Green, source.Token);
        Rich read = Travel.Once(rich);
        Assert.Equal(rich.Numbers, read.Numbers);
        Assert.Equal(rich.Letter, read.Letter);
        Assert.Equal((rich.When, rich.When.Kind), (read.When, read.When.Kind));
        Assert.Equal([2, 1], read.Pile);
        Assert.Equal(rich.Grid, read.Grid);
        Assert.Null(read.Maybe);
        Assert.Equal(rich.Colour, read.Colour);
        Assert.Equal(source.Token, read.Token);
    }

    [Fact]
    public void Read_FamilyOfTypes_KeepsTheType() =>
        Assert.Equal([new Circle("c", 1), new Square("s", 2)], Travel.Once<Figure[]>([new Circle("c", 1), new Square("s", 2)]));

    [Fact]
    public void Write_DerivedRecord_Throws()
    {
        string message = Assert.Throws<NotPortableException>(() => Travel.Once<Animal>(new Dog("Rex", 3))).Message;
        Assert.StartsWith("A Dog cannot travel where Animal is declared", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DerivedRecordInsideAnObject_Throws() =>
        Assert.Throws<NotPortableException>(() => Travel.Once(new Kennel(new Dog("Rex", 3))));

    [Fact]
    public void Write_Circle_Throws()
    {
        Linked first = new();
        first.Next = first;
        Assert.Contains("circle", Assert.Throws<NotPortableException>(() => Travel.Once(first)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_CircleThroughACollection_Throws()
    {
        Tree tree = new("a", null, [], []);
        tree.Children.Add(tree);
        Assert.Contains("circle", Assert.Throws<NotPortableException>(() => Travel.Once(tree)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_AfterARefusedValue_WorksAgain()
    {
        Linked first = new();
        first.Next = first;
        ValueCodecs codecs = new();
        Assert.Throws<NotPortableException>(() => Travel.Once(first, codecs));
        Assert.Null(Travel.Once(new Linked(), codecs).Next);
    }

    [Fact]
    public void Write_ConverterThrows_TellsTheMessage()
    {
        NotPortableException e = Assert.Throws<NotPortableException>(() => Travel.Once(new Moody()));
        Assert.Contains("not today", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnonymousType_IsTheSame() => Assert.Equal(new { A = 1, B = "x" }, Travel.Once(new { A = 1, B = "x" }));

    [Fact]
    public void Read_StructThatCannotBeChanged_IsTheSame() => Assert.Equal(new Span("a", 2), Travel.Once(new Span("a", 2)));

    [Fact]
    public void Read_MembersThatDocumentsLeaveOut_ArriveAsWell()
    {
        Assert.Equal(new Sparing(null, 0), Travel.Once(new Sparing(null, 0)));
        Assert.Equal(new Sparing("a", 1), Travel.Once(new Sparing("a", 1)));
    }

    [Fact]
    public void Read_TextDeeperThanAllowed_Throws()
    {
        string text = string.Concat(Enumerable.Repeat("{\"Next\":", 1000)) + "null" + new string('}', 1000);
        Assert.Throws<PayloadException>(() => Read<Linked>(Document(text, [])));
    }

    [Fact]
    public void Read_ObjectsBesideObjectsDeeperThanAllowed_Throws()
    {
        byte[] bytes = [0, 0, 0, 0];
        for (int i = 0; i < 1000; i++)
        {
            bytes = Document("{\"Name\":null,\"Left\":null,\"Children\":0,\"ByName\":0}", [(byte)RowForm.InLine, 1, .. bytes]);
        }

        PayloadException e = Assert.Throws<PayloadException>(() => Read<Tree>(bytes));
        Assert.Contains("depth", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ConstructorRefuses_Throws()
    {
        PayloadWriter writer = new(new TestBorder());
        ValueCodec<Picky> codec = new ValueCodecs().Of<Picky>();
        codec.Write(writer, new Picky(42));
        byte[] bytes = writer.Written.ToArray();
        int at = bytes.AsSpan().IndexOf("42"u8);
        byte[] longer = [.. bytes[..at], .. "420"u8, .. bytes[(at + 2)..]];
        longer[0]++;
        Assert.Throws<PayloadException>(() => Read<Picky>(longer));
    }

    [Theory]
    [InlineData("""{"Number":1,"Weight":2,"Name":"a"}""")]
    [InlineData("""{"Number":1,"Weight":2,"Name":"a","IsOpen":true,"More":1}""")]
    [InlineData("""{"Number":1,"Weight":2,"Name":"a","IsOpen":true,"Number":2}""")]
    [InlineData("""{"number":1,"weight":2,"name":"a","isOpen":true}""")]
    [InlineData("""{"Number":1,"Weight":2,"Name":"a","IsOpen":2}""")]
    [InlineData("""{"Number":1,"Weight":2,"Name":7,"IsOpen":true}""")]
    [InlineData("[]")]
    [InlineData("null")]
    public void Read_TextOfAnotherShape_Throws(string text)
    {
        Assert.Throws<PayloadException>(() => Read<Item>(Document(text, [])));
    }

    [Fact]
    public void Read_ManyMembersThatPointAtTheSameBytes_Throws()
    {
        PayloadWriter writer = new(new TestBorder());
        ValueCodec<Pair> codec = new ValueCodecs().Of<Pair>();
        codec.Write(writer, new Pair([1, 2, 3], []));
        byte[] bytes = writer.Written.ToArray();
        int at = bytes.AsSpan().IndexOf("\"Second\":"u8) + "\"Second\":"u8.Length;
        bytes[at] = (byte)'0';
        bytes[at + 1] = (byte)' ';
        Assert.Throws<PayloadException>(() => Read<Pair>(bytes));
    }

    [Fact]
    public void Read_TypeWithAConverter_IsLeftToIt() => Assert.Equal(7, Travel.Once(new Secret(7)).Tell());

    [Fact]
    public void Read_FieldMarkedAsNoPartOfTheValue_IsEmpty()
    {
        Chosen chosen = new() { Number = 5 };
        chosen.Cached();
        Chosen read = Travel.Once(chosen);
        Assert.Equal((5, 0), (read.Number, read.Cache));
    }

    [Fact]
    public void Read_JsonItself_IsTheSame()
    {
        Assert.Equal("[1,{\"a\":null}]", Travel.Once(JsonNode.Parse("[1,{\"a\":null}]")!).ToJsonString());
        using JsonDocument document = JsonDocument.Parse("{\"a\":1}");
        Assert.Equal(1, Travel.Once(document.RootElement).GetProperty("a").GetInt32());
    }

    [Fact]
    public void Read_GeneratedContract_IsTheSame()
    {
        ValueCodecs codecs = new(GeneratedContracts.Default);
        Assert.Equal(new Generated(1, "x"), Travel.Once(new Generated(1, "x"), codecs));
        Assert.Equal([new Generated(1, "x")], Travel.Once<List<Generated>>([new Generated(1, "x")], codecs));
        Assert.Equal(new Wrapping(new Generated(1, "x"), 2), Travel.Once(new Wrapping(new Generated(1, "x"), 2), codecs));
    }

    [Fact]
    public void Write_DerivedRecordByGeneratedContract_Throws() =>
        Assert.Throws<NotPortableException>(() => Travel.Once<Animal>(new Dog("Rex", 3), new ValueCodecs(GeneratedContracts.Default)));

    private static byte[] Document(string text, byte[] beside)
    {
        PayloadWriter writer = new(new TestBorder());
        writer.Write(text.Length);
        writer.Write(beside.Length);
        writer.WriteBytes(System.Text.Encoding.UTF8.GetBytes(text));
        writer.WriteBytes(beside);
        return writer.Written.ToArray();
    }

    private static T Read<T>(byte[] bytes)
    {
        PayloadReader reader = new(bytes, new TestBorder());
        return new ValueCodecs().Of<T>().Read(ref reader);
    }

    private readonly record struct Span(string Text, int Width);

    private sealed record Sparing(
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Name,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Number);

    [JsonConverter(typeof(MoodyConverter))]
    private sealed class Moody;

    private sealed class MoodyConverter : JsonConverter<Moody>
    {
        public override Moody Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => new();

        public override void Write(Utf8JsonWriter writer, Moody value, JsonSerializerOptions options) => throw new InvalidOperationException("not today");
    }

    private sealed record Kennel(Animal Guest);

    private sealed record Pair(int[] First, int[] Second);

    private sealed record Wrapping(Generated Inner, int Number);

    private sealed class Linked
    {
        public Linked? Next { get; set; }
    }
}
