using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using Overlap.Processes;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

public class CollectionCodecTests
{
    private static readonly string?[] Words = ["b", null, "a"];

    [Fact]
    public void Read_Arrays_AreTheSame()
    {
        Assert.Equal([1.5, double.NaN], Travel.Once<double[]>([1.5, double.NaN]));
        Assert.Equal(Words, Travel.Once(Words));
        Assert.Null(Travel.Once<int[]?>(null));
        Assert.Empty(Travel.Once<int[]>([]));
        Assert.Empty(Travel.Once<string[]>([]));
        Assert.Equal([1, null], Travel.Once<int?[]>([1, null]));
    }

    [Fact]
    public void Read_ArraysOfArrays_AreTheSame()
    {
        int[]?[] jagged = [[1], null, [], [2, 3]];
        Assert.Equal(jagged, Travel.Once(jagged));
    }

    [Fact]
    public void Read_ArraysOfManyDimensions_AreTheSame()
    {
        Assert.Equal(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, Travel.Once(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }));
        Assert.Equal(new[, ,] { { { "a" }, { "b" } } }, Travel.Once(new[, ,] { { { "a" }, { "b" } } }));
        Assert.Equal(7, Travel.Once(new int[0, 7]).GetLength(1));
        Assert.Null(Travel.Once<int[,]?>(null));
    }

    [Fact]
    public void Write_GridThatBeginsAtOne_Throws()
    {
        int[,] grid = (int[,])Array.CreateInstance(typeof(int), [2, 2], [1, 1]);
        Assert.Throws<NotPortableException>(() => Travel.Once(grid));
    }

    [Fact]
    public void Read_ArrayOfADerivedType_ArrivesAsDeclared()
    {
        IEnumerable<int>[] rows = new List<int>[] { [1, 2] };
        IEnumerable<int>[] read = Travel.Once(rows);
        Assert.Equal(typeof(IEnumerable<int>[]), read.GetType());
        Assert.Equal([1, 2], read[0]);
    }

    [Fact]
    public void Read_ListLikes_KeepOrder()
    {
        Assert.Equal(Words, Travel.Once(new List<string?>(Words)));
        Assert.Equal([1, 2], Travel.Once<List<int>>([1, 2]));
        Assert.Equal([1, 2], Travel.Once(new Queue<int>([1, 2])));
        Assert.Equal([2, 1], Travel.Once(new Stack<int>([1, 2])));
        Assert.Equal(Words, Travel.Once(new LinkedList<string?>(Words)));
        Assert.Equal(Words, Travel.Once(new ReadOnlyCollection<string?>(Words)));
        Assert.Equal(Words, Travel.Once(ImmutableList.Create(Words)));
        Assert.Equal(Words, Travel.Once(ImmutableArray.Create(Words)));
        Assert.True(Travel.Once(default(ImmutableArray<int>)).IsDefault);
    }

    [Fact]
    public void Read_Interfaces_ArriveAsArrayOrList()
    {
        Assert.IsType<int[]>(Travel.Once(Enumerable.Range(0, 3)));
        Assert.IsType<int[]>(Travel.Once<IReadOnlyList<int>>([1, 2]));
        Assert.IsType<int[]>(Travel.Once<IReadOnlyCollection<int>>(new MyList { 1 }));
        Assert.IsType<List<int>>(Travel.Once<IList<int>>([1, 2]));
        Assert.IsType<List<int>>(Travel.Once<ICollection<int>>(new HashSet<int> { 1 }));
        Assert.IsType<HashSet<int>>(Travel.Once<ISet<int>>(new SortedSet<int> { 1 }));
        Assert.IsType<Dictionary<int, string>>(Travel.Once<IReadOnlyDictionary<int, string>>(new SortedDictionary<int, string> { [1] = "a" }));
        Assert.Equal([0, 1, 2], Travel.Once(Enumerable.Range(0, 3)));
    }

    [Fact]
    public void Read_Dictionaries_AreTheSame()
    {
        Dictionary<string, int> some = new() { ["a"] = 1, ["b"] = 2 };
        Assert.Equal(some, Travel.Once(some));
        Assert.Equal(some, Travel.Once(new SortedDictionary<string, int>(some)));
        Assert.Equal(some, Travel.Once(new SortedList<string, int>(some)));
        Assert.Equal(some.ToFrozenDictionary().Order(Comparer<KeyValuePair<string, int>>.Create((x, y) => x.Value - y.Value)), Travel.Once(some.ToFrozenDictionary()).OrderBy(each => each.Value));
        Assert.Equal(some, Travel.Once(some.ToImmutableDictionary()));
        Assert.Equal(some, Travel.Once(some.ToImmutableSortedDictionary()));
        Assert.Equal(2.5, Travel.Once(new Dictionary<int, double> { [1] = 2.5 })[1]);
    }

    [Fact]
    public void Read_Sets_AreTheSame()
    {
        int[] some = [3, 1, 2];
        Assert.Equal(some, Travel.Once(some.ToHashSet()));
        Assert.Equal(some.Order(), Travel.Once(new SortedSet<int>(some)));
        Assert.Equal(some.Order(), Travel.Once(some.ToFrozenSet()).Order());
        Assert.Equal(some.Order(), Travel.Once(some.ToImmutableHashSet()).Order());
        Assert.Equal(some.Order(), Travel.Once(some.ToImmutableSortedSet()).Order());
    }

    [Fact]
    public void Read_ComparersOfText_TravelWithTheCollection()
    {
        Assert.Contains("A", Travel.Once(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(1, Travel.Once(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 })["A"]);
        Assert.Equal(1, Travel.Once<IReadOnlyDictionary<string, int>>(new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["a"] = 1 })["A"]);
        Assert.Equal(["B", "a"], Travel.Once(new SortedSet<string>(StringComparer.Ordinal) { "a", "B" }));
        Assert.Same(StringComparer.InvariantCultureIgnoreCase, Travel.Once(new Dictionary<string, int>(StringComparer.InvariantCultureIgnoreCase)).Comparer);
    }

    [Fact]
    public void Write_ComparerOfTheProgram_Throws()
    {
        HashSet<int> set = new(EqualityComparer<int>.Create((x, y) => x % 10 == y % 10, x => x % 10));
        string message = Assert.Throws<NotPortableException>(() => Travel.Once(set)).Message;
        Assert.Contains("comparers are code", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_DerivedCollection_Throws() => Assert.Throws<NotPortableException>(() => Travel.Once<List<int>>(new MyList { 1 }));

    [Fact]
    public void Read_SameKeyTwice_Throws()
    {
        ValueCodecs codecs = new();
        PayloadWriter writer = new(new TestBorder());
        codecs.Of<KeyValuePair<string, int>[]>().Write(writer, [new("a", 1), new("a", 2)]);
        writer.Write((byte)0);
        Assert.Throws<PayloadException>(() => Read<Dictionary<string, int>>(writer));
        Assert.Throws<PayloadException>(() => Read<SortedDictionary<string, int>>(writer));
    }

    [Fact]
    public void Read_SameItemTwiceInASet_Throws()
    {
        PayloadWriter writer = new(new TestBorder());
        new ValueCodecs().Of<int[]>().Write(writer, [1, 1]);
        writer.Write((byte)0);
        Assert.Throws<PayloadException>(() => Read<HashSet<int>>(writer));
    }

    [Fact]
    public void Read_Tuples_AreTheSame()
    {
        Assert.Equal((1, "a"), Travel.Once((1, "a")));
        Assert.Equal(("1", 2, "3", 4, "5", 6, "7", 8, "9"), Travel.Once(("1", 2, "3", 4, "5", 6, "7", 8, "9")));
        Assert.Equal(Tuple.Create(1, "a"), Travel.Once(Tuple.Create(1, "a")));
        Assert.Equal(Tuple.Create(1, 2, 3, 4, 5, 6, 7, "8"), Travel.Once(Tuple.Create(1, 2, 3, 4, 5, 6, 7, "8")));
        Assert.Equal(ValueTuple.Create("x"), Travel.Once(ValueTuple.Create("x")));
        Assert.Equal(default, Travel.Once(default(ValueTuple)));
        Assert.Equal(new KeyValuePair<string, int>("a", 1), Travel.Once(new KeyValuePair<string, int>("a", 1)));
        Assert.Equal((1, 2.0, 3L), Travel.Once((1, 2.0, 3L)));
    }

    [Fact]
    public void Read_TuplesOfEveryLength_AreTheSame()
    {
        Assert.Equal(("1", 2, 3), Travel.Once(("1", 2, 3)));
        Assert.Equal(("1", 2, 3, 4), Travel.Once(("1", 2, 3, 4)));
        Assert.Equal(("1", 2, 3, 4, 5), Travel.Once(("1", 2, 3, 4, 5)));
        Assert.Equal(("1", 2, 3, 4, 5, 6), Travel.Once(("1", 2, 3, 4, 5, 6)));
        Assert.Equal(("1", 2, 3, 4, 5, 6, 7), Travel.Once(("1", 2, 3, 4, 5, 6, 7)));
        Assert.Equal(Tuple.Create(1), Travel.Once(Tuple.Create(1)));
        Assert.Equal(Tuple.Create(1, 2, 3), Travel.Once(Tuple.Create(1, 2, 3)));
        Assert.Equal(Tuple.Create(1, 2, 3, 4), Travel.Once(Tuple.Create(1, 2, 3, 4)));
        Assert.Equal(Tuple.Create(1, 2, 3, 4, 5), Travel.Once(Tuple.Create(1, 2, 3, 4, 5)));
        Assert.Equal(Tuple.Create(1, 2, 3, 4, 5, 6), Travel.Once(Tuple.Create(1, 2, 3, 4, 5, 6)));
        Assert.Equal(Tuple.Create(1, 2, 3, 4, 5, 6, 7), Travel.Once(Tuple.Create(1, 2, 3, 4, 5, 6, 7)));
    }

    private static T Read<T>(PayloadWriter writer)
    {
        PayloadReader reader = new(writer.Written, writer.Border);
        return new ValueCodecs().Of<T>().Read(ref reader);
    }
}
