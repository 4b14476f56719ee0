namespace Overlap.Tests.Processes.Functions;

public sealed class ThisCaptureTests
{
    [Fact]
    public void Send_LambdaOverAPrivateField_TakesThatFieldOnly()
    {
        using Machine machine = new(3);
        Assert.Equal(12, Trip.Send(machine.ByField())(4));
    }

    [Fact]
    public void Send_LambdaOverAnAutoProperty_TakesItsField()
    {
        using Machine machine = new(3) { Offset = 5 };
        Assert.Equal(9, Trip.Send(machine.ByProperty())(4));
    }

    [Fact]
    public void Send_LambdaThatCallsOwnMethods_TakesWhatTheyRead()
    {
        using Machine machine = new(3) { Offset = 5 };
        Assert.Equal(17, Trip.Send(machine.ByMethods())(4));
    }

    [Fact]
    public void Send_LambdaOverAVariableAndThis_TakesBoth()
    {
        using Machine machine = new(3);
        Assert.Equal(22, Trip.Send(machine.WithVariable(10))(4));
    }

    [Fact]
    public async Task Send_AsyncLambdaOverThis_TakesTheField()
    {
        using Machine machine = new(3);
        int product = await Trip.Send(machine.ByFieldAsync())(4);
        Assert.Equal(12, product);
    }

    [Fact]
    public void Send_InstanceMethod_TakesWhatItReads()
    {
        using Machine machine = new(3);
        Assert.Equal(12, Trip.Send<Func<int, int>>(machine.Multiply)(4));
    }

    [Fact]
    public async Task Send_AsyncInstanceMethod_TakesWhatItReads()
    {
        using Machine machine = new(3);
        int product = await Trip.Send<Func<int, Task<int>>>(machine.MultiplyAsync)(4);
        Assert.Equal(12, product);
    }

    [Fact]
    public void Send_InstanceIterator_TakesWhatItReads()
    {
        using Machine machine = new(3);
        Assert.Equal([0, 3], Trip.Send<Func<int, IEnumerable<int>>>(machine.Multiples)(2));
    }

    [Fact]
    public void Send_VirtualMethod_TheRuntimeTypesCodeIsRead()
    {
        Shape shape = new Square(3);
        Assert.Equal("Square 9", Trip.Send(shape.Describer())());
    }

    [Fact]
    public void Send_OneLambdaOfTwoTypes_EachKeepsItsOwn()
    {
        Trip trip = new();
        Assert.Equal("Square 9", trip.SendAgain(new Square(3).Describer())());
        Assert.Equal("Strip 2", trip.SendAgain(new Strip(2).Describer())());
        Assert.Equal("Square 16", trip.SendAgain(new Square(4).Describer())());
    }

    [Fact]
    public void Send_OneCapturingLambdaOfTwoTypes_EachKeepsItsOwn()
    {
        Trip trip = new();
        Assert.Equal("x Square 9", trip.SendAgain(new Square(3).DescriberWith("x"))());
        Assert.Equal("y Strip 2", trip.SendAgain(new Strip(2).DescriberWith("y"))());
    }

    [Fact]
    public void Send_MethodOfARecord_TakesWhatItReads()
    {
        Price price = new(2.5m, "EUR");
        Assert.Equal(7.5m, Trip.Send<Func<int, decimal>>(price.Times)(3));
    }

    [Fact]
    public void Send_MethodOfAStruct_TakesWhatItReads()
    {
        Point point = new(3, 4);
        Assert.Equal(5.0, Trip.Send<Func<double>>(point.Length)());
    }

    [Fact]
    public void Send_ToStringOfARecord_TakesAll()
    {
        Price price = new(2m, "EUR");
        Assert.Equal("Price { Amount = 2, Currency = EUR }", Trip.Send<Func<string>>(price.ToString)());
    }

    [Fact]
    public void Send_MethodThatHandsItselfOn_TakesAllFields()
    {
        Escaping escaping = new(1, "b");
        Assert.Equal("b1", Trip.Send<Func<string>>(escaping.Told)());
    }

    [Fact]
    public void Send_PrimaryConstructorParameter_IsTaken() => Assert.Equal(7, Trip.Send<Func<int, int>>(new Adder(3).Add)(4));

    [Fact]
    public void Send_FieldOfABaseType_IsTaken() => Assert.Equal(3, Trip.Send<Func<int>>(new Derived(3).Value)());

    [Fact]
    public void Send_GenericBaseType_IsTaken() => Assert.Equal("x", Trip.Send<Func<string>>(new Holding("x").Told)());

    [Fact]
    public void Send_ObjectWithoutFields_IsMadeThere() => Assert.Equal(8, Trip.Send<Func<int, int>>(new Stateless().Twice)(4));

    [Fact]
    public void Send_FieldThatACopyCanDoWithout_StaysBehind() => Assert.Equal(-1, Trip.Send<Func<int>>(new Caching().Size)());

    [Fact]
    public void Send_DefaultInterfaceMethod_TakesWhatItReads()
    {
        INamed named = new Named("n");
        Assert.Equal("<n>", Trip.Send<Func<string>>(named.Told)());
    }

    private sealed class Machine(int factor) : IDisposable
    {
        private readonly HttpClient _client = new();
        private readonly int _factor = factor;

        public int Offset { get; init; }

        public Func<int, int> ByField() => x => x * _factor;

        public Func<int, int> ByProperty() => x => x + Offset;

        public Func<int, int> ByMethods() => x => Multiply(x) + Shift();

        public Func<int, int> WithVariable(int more) => x => (x * _factor) + more;

        public Func<int, Task<int>> ByFieldAsync() => async x =>
        {
            await Task.Yield();
            return x * _factor;
        };

        public int Multiply(int x) => x * _factor;

        public async Task<int> MultiplyAsync(int x)
        {
            await Task.Yield();
            return x * _factor;
        }

        public IEnumerable<int> Multiples(int count)
        {
            for (int i = 0; i < count; i++)
            {
                yield return i * _factor;
            }
        }

        public void Dispose() => _client.Dispose();

        private int Shift() => Offset;
    }

    private abstract class Shape
    {
        public Func<string> Describer() => () => Describe();

        public Func<string> DescriberWith(string prefix) => () => $"{prefix} {Describe()}";

        protected abstract string Describe();
    }

    private sealed class Square(int side) : Shape
    {
        private readonly int _side = side;

        protected override string Describe() => $"Square {_side * _side}";
    }

    private sealed class Strip(int length) : Shape
    {
        private readonly long _length = length;

        protected override string Describe() => $"Strip {_length}";
    }

    private sealed record Price(decimal Amount, string Currency)
    {
        public decimal Times(int count) => Amount * count;
    }

    private readonly struct Point(double x, double y)
    {
        public double Length() => Math.Sqrt((x * x) + (y * y));
    }

    private sealed class Escaping(int number, string text)
    {
        private readonly int _number = number;
        private readonly string _text = text;

        public string Told() => string.Concat(new object[] { new Wrapper(this) });

        private sealed class Wrapper(Escaping inner)
        {
            public override string ToString() => inner._text + inner._number;
        }
    }

    private sealed class Adder(int by)
    {
        public int Add(int x) => x + by;
    }

    private class Base(int value)
    {
        private readonly int _value = value;

        public int Value() => _value;
    }

    private sealed class Derived(int value) : Base(value);

    private class Holder<T>(T value)
    {
        private readonly T _value = value;

        protected T Value => _value;
    }

    private sealed class Holding(string text) : Holder<string>(text)
    {
        public string Told() => Value;
    }

#pragma warning disable CA1822 // That it has no fields is what is tested.
    private sealed class Stateless
    {
        public int Twice(int x) => x * 2;
    }
#pragma warning restore CA1822

    private sealed class Caching
    {
        [NonSerialized]
        private readonly Dictionary<object, object>? _cache = [];

        public int Size() => _cache?.Count ?? -1;
    }

    private interface INamed
    {
        string Name { get; }

        string Told() => $"<{Name}>";
    }

    private sealed record Named(string Name) : INamed;
}
