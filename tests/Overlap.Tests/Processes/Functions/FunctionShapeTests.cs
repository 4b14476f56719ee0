using System.Reflection;
using System.Runtime.CompilerServices;

namespace Overlap.Tests.Processes.Functions;

public sealed class FunctionShapeTests
{
    [Fact]
    public void Send_StaticMethod_IsCalled() => Assert.Equal(42, Trip.Send<Func<int, int>>(Sample.Twice)(21));

    [Fact]
    public void Send_StaticLambda_IsCalled() => Assert.Equal(42, Trip.Send(static (int x) => x * 2)(21));

    [Fact]
    public void Send_LambdaWithoutCaptures_IsCalled() => Assert.Equal("ab", Trip.Send((string a, string b) => a + b)("a", "b"));

    [Fact]
    public void Send_GenericMethod_KeepsItsArgument() => Assert.Equal("String", Trip.Send<Func<string>>(Sample.NameOf<string>)());

    [Fact]
    public void Send_GenericMethodOfValueType_KeepsItsArgument() => Assert.Equal("Int32", Trip.Send<Func<string>>(Sample.NameOf<int>)());

    [Fact]
    public void Send_MethodOfGenericType_KeepsItsArgument() => Assert.Equal("List`1", Trip.Send<Func<string>>(Generic<List<int>>.Name)());

    [Fact]
    public void Send_GenericMethodOfGenericType_KeepsBoth() =>
        Assert.Equal("String Int32[]", Trip.Send<Func<string>>(Generic<string>.Both<int[]>)());

    [Fact]
    public void Send_LambdaInGenericMethod_KeepsItsArgument() => Assert.Equal("Guid", Trip.Send(Sample.LambdaFor<Guid>())());

    [Fact]
    public void Send_LambdaInGenericType_KeepsItsArgument() => Assert.Equal("Version", Trip.Send(Generic<Version>.Lambda())());

    [Fact]
    public void Send_LocalFunction_IsCalled()
    {
        Assert.Equal(6, Trip.Send<Func<int, int>>(Local)(5));

        static int Local(int x) => x + 1;
    }

    [Fact]
    public void Send_GenericLocalFunction_IsCalled()
    {
        Assert.Equal("Byte", Trip.Send<Func<string>>(Local<byte>)());

        static string Local<T>() => typeof(T).Name;
    }

    [Fact]
    public async Task Send_AsyncMethod_IsAwaited() => Assert.Equal(8, await Trip.Send<Func<int, Task<int>>>(Sample.TwiceAsync)(4));

    [Fact]
    public async Task Send_AsyncLambda_IsAwaited() =>
        Assert.Equal(8, await Trip.Send(static async (int x) =>
        {
            await Task.Yield();
            return x * 2;
        })(4));

    [Fact]
    public async Task Send_AsyncLambdaOfValueTask_IsAwaited() =>
        Assert.Equal(9, await Trip.Send<Func<int, ValueTask<int>>>(static async x =>
        {
            await Task.Yield();
            return x * x;
        })(3));

    [Fact]
    public void Send_Iterator_IsEnumerated() => Assert.Equal([0, 1, 2], Trip.Send<Func<int, IEnumerable<int>>>(Sample.Count)(3));

    [Fact]
    public async Task Send_AsyncIterator_IsEnumerated()
    {
        List<int> items = [];
        await foreach (int item in Trip.Send<Func<int, IAsyncEnumerable<int>>>(Sample.CountAsync)(3))
        {
            items.Add(item);
        }

        Assert.Equal([0, 1, 2], items);
    }

    [Fact]
    public void Send_OpenInstanceMethod_GetsItsObjectWithTheCall() =>
        Assert.Equal(3, Trip.Send(typeof(string).GetProperty("Length")!.GetMethod!.CreateDelegate<Func<string, int>>())("abc"));

    [Fact]
    public void Send_MethodOfTheRuntime_IsCalled() => Assert.Equal(5, Trip.Send<Func<int, int>>(Math.Abs)(-5));

    [Fact]
    public void Send_MethodGroupOnAString_TakesTheString()
    {
        string text = "hello";
        Assert.True(Trip.Send<Func<char, bool>>(text.Contains)('l'));
    }

    [Fact]
    public void Send_ExtensionMethodOnAValue_TakesTheValue()
    {
        int[] items = [1, 2, 3];
        Assert.Equal(6, Trip.Send<Func<int>>(items.Total)());
    }

    [Fact]
    public void Send_DelegateClosedOverNull_IsClosedOverNull()
    {
        MethodInfo method = typeof(Sample).GetMethod(nameof(Sample.IsNull))!;
        Assert.True(Trip.Send((Func<bool>)Delegate.CreateDelegate(typeof(Func<bool>), null, method))());
    }

    [Fact]
    public void Send_CustomDelegateWithByRefParameter_IsCalled()
    {
        int value = 1;
        Trip.Send<Raise>(static (ref int x) => x += 2)(ref value);
        Assert.Equal(3, value);
    }

    [Fact]
    public void Send_DefaultParameterLambda_IsCalled()
    {
        var function = static (int x = 5) => x + 1;
        Assert.Equal(6, Trip.Send(function)());
    }

    [Fact]
    public void Send_Action_RunsThere()
    {
        Box.Shared.Value = null;
        Trip.Send<Action<int>>(static x => Box.Shared.Value = x)(7);
        Assert.Equal(7, Box.Shared.Value);
    }

    [Fact]
    public void Send_MethodWithoutCaptures_IsAlwaysTheSameDelegateThere()
    {
        var portable = Overlap.Processes.Functions.PortableFunction.Of(Sample.Twice, new Trip().Pool);
        Assert.False(portable.HasCaptures);
        Trip trip = new();
        Overlap.Processes.Values.PayloadReader reader = new(portable.Identity.Span, trip);
        var resolved = Overlap.Processes.Functions.ResolvedFunction.Read(ref reader, trip.Code, trip.Worker);
        Overlap.Processes.Values.PayloadReader none = new([], trip);
        Assert.Same(resolved.Bind(ref none), resolved.Bind(ref none));
    }

    [Fact]
    public void Of_TwoDelegatesOfOneLambda_AreOneFunction()
    {
        Trip trip = new();
        Assert.Same(
            Overlap.Processes.Functions.PortableFunction.Of(Adder(1), trip.Pool),
            Overlap.Processes.Functions.PortableFunction.Of(Adder(2), trip.Pool));

        static Func<int, int> Adder(int by) => x => x + by;
    }

    [Fact]
    public void Name_OfEachForm_IsAsWritten()
    {
        Trip trip = new();
        int one = 1;
        Assert.Equal("Sample.Twice", NameOf(Sample.Twice));
        Assert.Equal("lambda in FunctionShapeTests.Name_OfEachForm_IsAsWritten", NameOf(static (int x) => x));
        Assert.Equal("lambda in FunctionShapeTests.Name_OfEachForm_IsAsWritten", NameOf((int x) => x + one));
        Assert.Equal("Local in FunctionShapeTests.Name_OfEachForm_IsAsWritten", NameOf(Local));
        Assert.Equal("Generic<string>.Name", NameOf(Generic<string>.Name));

        static int Local(int x) => x;

        string NameOf(Delegate function) => Overlap.Processes.Functions.PortableFunction.Of(function, trip.Pool).Name;
    }

    private delegate void Raise(ref int x);
}

internal static class Sample
{
    public static int Twice(int x) => x * 2;

    public static string NameOf<T>() => typeof(T).Name;

    public static Func<string> LambdaFor<T>() => static () => typeof(T).Name;

    public static async Task<int> TwiceAsync(int x)
    {
        await Task.Yield();
        return x * 2;
    }

    public static IEnumerable<int> Count(int to)
    {
        for (int i = 0; i < to; i++)
        {
            yield return i;
        }
    }

    public static async IAsyncEnumerable<int> CountAsync(int to)
    {
        for (int i = 0; i < to; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    public static int Total(this int[] items) => items.Sum();

    public static bool IsNull(string? text) => text is null;
}

internal static class Generic<T>
{
    public static string Name() => typeof(T).Name;

    public static string Both<TOther>() => $"{typeof(T).Name} {typeof(TOther).Name}";

    public static Func<string> Lambda() => static () => typeof(T).Name;
}

internal sealed class Box
{
    public static readonly StrongBox<int?> Shared = new();
}
