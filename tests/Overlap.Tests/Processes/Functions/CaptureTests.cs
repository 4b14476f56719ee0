namespace Overlap.Tests.Processes.Functions;

public sealed class CaptureTests
{
    [Fact]
    public void Send_CapturedInt_TravelsAsItIsNow()
    {
        int by = 1;
        Func<int, int> function = x => x + by;
        by = 5;
        Assert.Equal(15, Trip.Send(function)(10));
    }

    [Fact]
    public void Send_SeveralCaptures_AllTravel()
    {
        string text = "a";
        double number = 1.5;
        int[] items = [1, 2];
        DateTime? day = new DateTime(2020, 1, 2);
        Assert.Equal("a 1.5 2 2", Trip.Send(() => FormattableString.Invariant($"{text} {number} {items.Length} {day!.Value.Day}"))());
    }

    [Fact]
    public void Send_CapturedNull_StaysNull()
    {
        string? text = null;
        Assert.True(Trip.Send(() => text is null)());
    }

    [Fact]
    public void Send_CapturedRecord_Travels()
    {
        Order order = new("apples", 3);
        Assert.Equal("apples 3", Trip.Send(() => $"{order.Name} {order.Count}")());
    }

    [Fact]
    public void Send_WriteThere_DoesNotComeBack()
    {
        int count = 1;
        Func<int> function = () => ++count;
        Assert.Equal(2, Trip.Send(function)());
        Assert.Equal(1, count);
    }

    [Fact]
    public void Send_ScopeSharedWithSomethingElse_OnlyWhatIsReadTravels()
    {
        using HttpClient client = new();
        int by = 4;
        Func<HttpClient> other = () => client;
        Assert.Equal(5, Trip.Send((int x) => x + by)(1));
        Assert.Same(client, other());
    }

    [Fact]
    public void Send_VariableOnlyWritten_DoesNotTravel()
    {
        using HttpClient first = new();
        HttpClient? kept = first;
        Action forget = () => kept = null;
        Trip.Send(forget)();
        Assert.Same(first, kept);
    }

    [Fact]
    public void Send_BigNeighbour_AddsNoBytes()
    {
        byte[] large = new byte[50_000];
        int by = 4;
        Func<int> other = () => large.Length;
        Assert.InRange(new Trip().CapturesOf((int x) => x + by).Length, 1, 16);
        Assert.Equal(50_000, other());
    }

    [Fact]
    public void Send_InnerScope_TakesOuterVariablesToo()
    {
        int outer = 100;
        List<Func<int>> functions = [];
        for (int i = 0; i < 3; i++)
        {
            int inner = i;
            functions.Add(() => outer + inner);
        }

        Assert.Equal([100, 101, 102], functions.Select(static function => Trip.Send(function)()));
    }

    [Fact]
    public void Send_ThreeScopes_AllAreFollowed()
    {
        int a = 1;
        Func<int>? function = null;
        foreach (int b in new[] { 10 })
        {
            foreach (int c in new[] { 100 })
            {
                function = () => a + b + c;
            }
        }

        Assert.Equal(111, Trip.Send(function!)());
    }

    [Fact]
    public void Send_OuterScopeHoldsWhatCannotTravel_OnlyWhatIsReadTravels()
    {
        using HttpClient client = new();
        int a = 1;
        Func<int>? function = null;
        Func<HttpClient> other = () => client;
        foreach (int b in new[] { 10 })
        {
            function = () => a + b;
        }

        Assert.Equal(11, Trip.Send(function!)());
        Assert.NotNull(other());
    }

    [Fact]
    public void Send_LambdaInLambda_CapturesOfTheInnerTravel()
    {
        int by = 3;
        Assert.Equal([4, 5], Trip.Send((int[] items) => items.Select(x => x + by).ToArray())([1, 2]));
    }

    [Fact]
    public void Send_LambdaInLambdaWithItsOwnScope_OuterCapturesTravel()
    {
        int by = 3;
        Assert.Equal([14, 15], Trip.Send((int[] items, int more) => items.Select(x => x + by + more).ToArray())([1, 2], 10));
    }

    [Fact]
    public void Send_ThreeLambdasDeep_CapturesTravel()
    {
        int by = 3;
        using HttpClient client = new();
        Func<object> other = () => client;
        Assert.Equal(9, Trip.Send((int x) => Enumerable.Range(0, 1).Sum(y => Enumerable.Range(0, 1).Sum(z => x + y + z + by)))(6));
        Assert.NotNull(other());
    }

    [Fact]
    public async Task Send_AsyncLambda_CapturesReadAfterAnAwaitTravel()
    {
        using HttpClient client = new();
        int by = 3;
        Func<object> other = () => client;
        Func<int, Task<int>> function = Trip.Send(async (int x) =>
        {
            await Task.Yield();
            return x + by;
        });
        Assert.Equal(7, await function(4));
        Assert.NotNull(other());
    }

    [Fact]
    public async Task Send_AsyncLambdaWithLambdaInside_CapturesTravel()
    {
        int by = 3;
        Func<int[], Task<int[]>> function = Trip.Send(async (int[] items) =>
        {
            await Task.Yield();
            int more = 0;
            return items.Select(x => x + by + more).ToArray();
        });
        int[] sums = await function([1, 2]);
        Assert.Equal([4, 5], sums);
    }

    [Fact]
    public void Send_LocalFunctionWithCaptures_Travels()
    {
        int by = 3;
        Assert.Equal(7, Trip.Send<Func<int, int>>(Add)(4));

        int Add(int x) => x + by;
    }

    [Fact]
    public void Send_LambdaThatCallsLocalFunctions_TheirCapturesTravel()
    {
        using HttpClient client = new();
        int by = 3;
        int more = 10;
        Assert.Equal(17, Trip.Send((int x) => Add(x))(4));
        Assert.NotNull(Other());

        int Add(int x) => x + by + More();

        int More() => more;

        object Other() => client;
    }

    [Fact]
    public void Send_LocalFunctionInsideTheLambda_SharesItsScopeByReference()
    {
        int by = 3;
        Assert.Equal(24, Trip.Send((int x) =>
        {
            int factor = 2;
            return Scale() + Scale();

            int Scale() => (x + by) * factor;
        })(3));
    }

    [Fact]
    public void Send_LocalIterator_Travels()
    {
        int to = 3;
        Assert.Equal([0, 1, 2], Trip.Send<Func<IEnumerable<int>>>(Count)());

        IEnumerable<int> Count()
        {
            for (int i = 0; i < to; i++)
            {
                yield return i;
            }
        }
    }

    [Fact]
    public async Task Send_LocalAsyncIterator_Travels()
    {
        int to = 3;
        List<int> items = [];
        await foreach (int item in Trip.Send<Func<IAsyncEnumerable<int>>>(CountAsync)())
        {
            items.Add(item);
        }

        Assert.Equal([0, 1, 2], items);

        async IAsyncEnumerable<int> CountAsync()
        {
            for (int i = 0; i < to; i++)
            {
                await Task.Yield();
                yield return i;
            }
        }
    }

    [Fact]
    public void Send_CapturingLambdaInGenericMethod_KeepsTheArgument()
    {
        Assert.Equal("x String", Trip.Send(Make<string>("x"))());

        static Func<string> Make<T>(T value) => () => $"{value} {typeof(T).Name}";
    }

    [Fact]
    public void Send_CapturedFunction_TravelsWithItsCaptures()
    {
        int by = 3;
        Func<int, int> add = x => x + by;
        Assert.Equal(14, Trip.Send((int x) => add(x) * 2)(4));
    }

    [Fact]
    public void Send_CapturedNullFunction_StaysNull()
    {
        Func<int>? none = null;
        Assert.True(Trip.Send(() => none is null)());
    }

    [Fact]
    public void Send_FunctionThatCapturesItself_Recurses()
    {
        Func<int, int> fib = null!;
        fib = n => n < 2 ? n : fib(n - 1) + fib(n - 2);
        Assert.Equal(55, Trip.Send(fib)(10));
    }

    [Fact]
    public void Send_FunctionsThatCaptureEachOther_Recurse()
    {
        int calls = 5;
        Func<int, bool> isOdd = null!;
        Func<int, bool> isEven = n => calls > 0 && (n == 0 || isOdd(n - 1));
        isOdd = n => n != 0 && isEven(n - 1);
        Assert.True(Trip.Send(isEven)(10));
        Assert.False(Trip.Send(isEven)(7));
    }

    [Fact]
    public void Send_TwoFunctionsOverOneVariable_StillShareItThere()
    {
        int count = 0;
        Action increase = () => count++;
        Func<int> read = () => count;
        Assert.Equal(2, Trip.Send(() =>
        {
            increase();
            increase();
            return read();
        })());
        Assert.Equal(0, count);
    }

    [Fact]
    public void Send_ManyFunctionsDeep_IsRefusedNotACrash()
    {
        Func<int> function = () => 1;
        for (int i = 0; i < 10_000; i++)
        {
            Func<int> inner = function;
            function = () => inner() + 1;
        }

        Assert.Contains("deep", Assert.Throws<Overlap.Processes.NotPortableException>(() => Trip.Send(function)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Send_CapturedToken_Travels()
    {
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        Func<bool> there = Trip.Send(() => token.IsCancellationRequested);
        Assert.False(there());
        source.Cancel();
        Assert.True(there());
    }

    [Fact]
    public void Send_VariableByReference_Travels()
    {
        int number = 41;
        Assert.Equal(42, Trip.Send(() =>
        {
            Increase(ref number);
            return number;
        })());

        static void Increase(ref int value) => value++;
    }

    [Fact]
    public void Send_StructVariable_TravelsWithAllItsFields()
    {
        (int Left, string Right) pair = (1, "b");
        Assert.Equal("b", Trip.Send(() => pair.Right)());
    }

    [Fact]
    public void Send_ConditionalBetweenScopes_IsFollowed()
    {
        int a = 1;
        string? b = "bb";
        Assert.Equal(3, Trip.Send((bool first) => (first ? a : b?.Length ?? 0) + (b is { Length: > 0 } text ? text.Length : 0))(true));
    }

    [Fact]
    public void Send_TryCatchFinallyInside_IsFollowed()
    {
        int a = 1;
        int b = 2;
        int c = 4;
        Assert.Equal(7, Trip.Send(() =>
        {
            int sum = 0;
            try
            {
                sum += a;
                throw new InvalidOperationException();
            }
            catch (InvalidOperationException) when (b > 0)
            {
                sum += b;
            }
            finally
            {
                sum += c;
            }

            return sum;
        })());
    }

    [Fact]
    public void Send_SwitchInside_IsFollowed()
    {
        int a = 1;
        int b = 2;
        int c = 4;
        Assert.Equal([1, 2, 4, 0], Trip.Send((int[] items) => items.Select(i => i switch { 0 => a, 1 => b, 2 => c, _ => 0 }).ToArray())([0, 1, 2, 3]));
    }

    [Fact]
    public void Send_QueryExpression_IsFollowed()
    {
        int least = 1;
        int times = 2;
        Assert.Equal([6], Trip.Send((int[] items) => (from x in items let y = x * times where y > least && x > 2 select y).ToArray())([1, 3]));
    }
}

internal sealed record Order(string Name, int Count);
