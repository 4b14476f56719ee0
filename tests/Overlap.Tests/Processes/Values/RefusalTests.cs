using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Overlap.Processes;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

public class RefusalTests
{
    [Fact]
    public void Of_RecordWithAConnection_NamesTheMember() => Assert.Equal(
        "Order cannot travel to another process: Order.Client (HttpClient) holds connections of this process. Make one in the worker, and pass the settings it needs.",
        Travel.RefusalOf<Order>());

    [Fact]
    public void Of_ConnectionDeepInside_NamesThePath() =>
        Assert.StartsWith("Book cannot travel to another process: Book.Orders[].Client (HttpClient) holds", Travel.RefusalOf<Book>(), StringComparison.Ordinal);

    [Fact]
    public void Of_ListOfRefused_NamesTheItem() =>
        Assert.StartsWith("List<Order> cannot travel to another process: Order.Client (HttpClient) holds", Travel.RefusalOf<List<Order>>(), StringComparison.Ordinal);

    [Fact]
    public void Of_StructWithAnAddress_NamesTheField() =>
        Assert.StartsWith("Handle cannot travel to another process: Handle.Address (nint) is an address", Travel.RefusalOf<Handle>(), StringComparison.Ordinal);

    [Fact]
    public void Of_PrivateField_SaysWhatToDo() =>
        Assert.StartsWith("Keeper cannot travel to another process: Keeper._secret (int) is a private field, so it would be lost. Make it", Travel.RefusalOf<Keeper>(), StringComparison.Ordinal);

    [Fact]
    public void Of_PrivateFieldOfTheBase_IsSeen() => Assert.Contains("Heir._secret (int) is a private field", Travel.RefusalOf<Heir>(), StringComparison.Ordinal);

    [Fact]
    public void Of_PropertyThatCannotBeSet_SaysWhatToDo() =>
        Assert.Contains("ReadOnlyNumber.Number (int) cannot be set in the copy", Travel.RefusalOf<ReadOnlyNumber>(), StringComparison.Ordinal);

    [Fact]
    public void Of_IgnoredProperty_IsNotLostSilently() =>
        Assert.Contains("Forgetful.Number (int) is marked [JsonIgnore]", Travel.RefusalOf<Forgetful>(), StringComparison.Ordinal);

    [Fact]
    public void Of_CapturedParameter_IsNamed() =>
        Assert.Contains("Capturing.start (int) is a constructor parameter", Travel.RefusalOf<Capturing>(), StringComparison.Ordinal);

    [Fact]
    public void Of_AbstractWithoutFamily_SaysWhatToDo() => Assert.Contains("[JsonDerivedType]", Travel.RefusalOf<Unknown>(), StringComparison.Ordinal);

    [Fact]
    public void Of_CollectionOfTheProgram_IsRefused() => Assert.Contains("is a collection whose inside is not known", Travel.RefusalOf<MyList>(), StringComparison.Ordinal);

    [Theory]
    [InlineData(typeof(object), "does not tell its own type")]
    [InlineData(typeof(Array), "does not tell its own type")]
    [InlineData(typeof(nint), "is an address")]
    [InlineData(typeof(GCHandle), "is an address")]
    [InlineData(typeof(int*), "is an address")]
    [InlineData(typeof(Span<int>), "points into this process's memory")]
    [InlineData(typeof(Action), "is a function")]
    [InlineData(typeof(Func<int>[]), "is a function")]
    [InlineData(typeof(Task), "stands for work")]
    [InlineData(typeof(Task<int>), "stands for work")]
    [InlineData(typeof(ValueTask), "stands for work")]
    [InlineData(typeof(ValueTask<int>), "stands for work")]
    [InlineData(typeof(InvalidOperationException), "is an exception")]
    [InlineData(typeof(Stream), "this process's position")]
    [InlineData(typeof(FileStream), "this process's position")]
    [InlineData(typeof(SafeHandle), "is a handle of this process")]
    [InlineData(typeof(Thread), "belongs to the threads")]
    [InlineData(typeof(ManualResetEvent), "belongs to the threads")]
    [InlineData(typeof(SemaphoreSlim), "belongs to the threads")]
    [InlineData(typeof(Lock), "belongs to the threads")]
    [InlineData(typeof(Timer), "runs in this process")]
    [InlineData(typeof(HttpClient), "holds connections")]
    [InlineData(typeof(CancellationTokenSource), "Pass its Token")]
    [InlineData(typeof(Type), "names code")]
    [InlineData(typeof(IAsyncEnumerable<int>), "comes piece by piece")]
    [InlineData(typeof(IEnumerator<int>), "in the middle of a collection")]
    [InlineData(typeof(Lazy<int>), "Pass its Value")]
    [InlineData(typeof(IDisposable), "must be given back")]
    [InlineData(typeof(Regex), "is a type of the runtime")]
    [InlineData(typeof(int?[]), null)]
    [InlineData(typeof(Item), null)]
    [InlineData(typeof(Figure), null)]
    public void TryExplain_Type_SaysWhy(Type type, string? reason)
    {
        Assert.Equal(reason is not null, new ValueCodecs().TryExplain(type, out string explained));
        Assert.Contains(reason ?? "", explained, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DelegateWithHook_IsLeftToIt()
    {
        ValueCodecs codecs = new() { Delegates = type => type == typeof(Func<int>) ? new FortyTwo() : null };
        Assert.Equal(42, Travel.Once<Func<int>>(() => 1, codecs)());
        Assert.Equal(42, Travel.Once(new WithFunction(() => 1), codecs).Function());
        Assert.Equal(42, Travel.Once<List<Func<int>>>([() => 1], codecs)[0]());
        Assert.Throws<NotPortableException>(() => codecs.Of<Action>());
    }

    [Fact]
    public void Of_SameTypeTwice_IsTheSameCodec()
    {
        ValueCodecs codecs = new();
        Assert.Same(codecs.Of<List<Item>>(), codecs.OfType(typeof(List<Item>)));
    }

    [Fact]
    public void Of_TypeWithoutEnd_IsRefused() => Assert.Contains("types without end", Travel.RefusalOf<Endless<int>>(), StringComparison.Ordinal);

    private sealed record Endless<T>(Endless<List<T>>? Next);

    private sealed record WithFunction(Func<int> Function);

    private sealed class FortyTwo : ValueCodec<Func<int>>
    {
        public override void Write(PayloadWriter writer, Func<int> value) => writer.Write(42);

        public override Func<int> Read(ref PayloadReader reader)
        {
            int number = reader.Read<int>();
            return () => number;
        }
    }
}
