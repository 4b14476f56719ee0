using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;

namespace Overlap.Tests.Processes.Functions;

public sealed class RefusalTests
{
    [Fact]
    public void Of_CapturedClient_IsNamedWithItsTypeAndTheWayOut()
    {
        using HttpClient client = new();
        string message = Trip.RefusalOf(() => client.Timeout);
        Assert.StartsWith("The lambda in RefusalTests.Of_CapturedClient_IsNamedWithItsTypeAndTheWayOut cannot travel to another process: it captures 'client' (HttpClient): ", message, StringComparison.Ordinal);
        Assert.EndsWith("WorkerState = () => new HttpClient().", message, StringComparison.Ordinal);
        Assert.Equal("client", Trip.SubjectOf(() => client.Timeout));
    }

    [Fact]
    public void Of_SeveralObstacles_AllAreNamed()
    {
        using HttpClient client = new();
        using MemoryStream stream = new();
        string message = Trip.RefusalOf(() => client.Timeout.Ticks + stream.Length);
        Assert.Contains("'client' (HttpClient)", message, StringComparison.Ordinal);
        Assert.Contains("'stream' (MemoryStream)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CapturedByAnInnerLambda_IsNamed()
    {
        using HttpClient client = new();
        Assert.Equal("client", Trip.SubjectOf((int[] items) => items.Select(_ => client.Timeout).Count()));
    }

    [Fact]
    public void Of_CapturedInAnAsyncLambda_IsNamed()
    {
        using HttpClient client = new();
        Assert.Equal("client", Trip.SubjectOf(async () =>
        {
            await Task.Yield();
            return client.Timeout;
        }));
    }

    [Fact]
    public void Of_FieldOfThis_IsNamedAsWritten()
    {
        using Holder holder = new();
        Assert.Equal("this._stream", Trip.SubjectOf(holder.OfField()));
        Assert.Equal("this.Client", Trip.SubjectOf(holder.OfProperty()));
        Assert.Equal("this._stream", Trip.SubjectOf(holder.Length));
    }

    [Fact]
    public void Of_MethodOfTheRuntimesOwnObject_IsRefused()
    {
        using MemoryStream stream = new();
        Assert.StartsWith("The function MemoryStream.ToArray cannot travel", Trip.RefusalOf(stream.ToArray), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ObjectOverARuntimesOwnBase_IsRefused()
    {
        Bag bag = new() { 1 };
        Assert.Contains("cannot travel", Trip.RefusalOf(bag.Total), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ExtensionMethodOverAStream_NamesTheParameter()
    {
        using MemoryStream stream = new();
        Assert.Equal("source", Trip.SubjectOf(stream.Size));
    }

    [Fact]
    public void Of_Multicast_IsRefused()
    {
        Action twice = static () => { };
        twice += static () => { };
        Assert.Contains("several functions in one delegate", Trip.RefusalOf(twice), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CompiledExpression_IsRefused()
    {
        Expression<Func<int, int>> expression = x => x + 1;
        Assert.Contains("made while the program runs", Trip.RefusalOf(expression.Compile()), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_DynamicMethod_IsRefused()
    {
        DynamicMethod method = new("one", typeof(int), []);
        ILGenerator code = method.GetILGenerator();
        code.Emit(OpCodes.Ldc_I4_1);
        code.Emit(OpCodes.Ret);
        Assert.Contains("made while the program runs", Trip.RefusalOf(method.CreateDelegate<Func<int>>()), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TypeOfADynamicAssembly_IsRefused()
    {
        AssemblyBuilder assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Made"), AssemblyBuilderAccess.Run);
        TypeBuilder type = assembly.DefineDynamicModule("Made").DefineType("T", TypeAttributes.Public);
        Delegate function = typeof(Sample).GetMethod(nameof(Sample.NameOf))!.MakeGenericMethod(type.CreateType()).CreateDelegate<Func<string>>();
        Assert.Contains("made in memory", Trip.RefusalOf(function), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AssemblyLoadedFromBytes_IsRefused()
    {
        Assembly copy = Assembly.Load(File.ReadAllBytes(typeof(Sample).Assembly.Location));
        Delegate function = copy.GetType(typeof(Sample).FullName!)!.GetMethod(nameof(Sample.Twice))!.CreateDelegate<Func<int, int>>();
        Assert.Contains("made in memory", Trip.RefusalOf(function), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CapturedFunctionThatCannotTravel_IsRefusedWhenWritten()
    {
        using HttpClient client = new();
        Func<TimeSpan> inner = () => client.Timeout;
        Overlap.Processes.NotPortableException refusal = Assert.Throws<Overlap.Processes.NotPortableException>(() => Trip.Send(() => inner()));
        Assert.Equal("client", refusal.Subject);
    }

    [Fact]
    public void WriteObject_FunctionOnTheWorkersSide_IsRefused()
    {
        Trip trip = new();
        Overlap.Processes.Values.PayloadWriter writer = new(trip);
        Func<int> function = static () => 1;
        Assert.Throws<Overlap.Processes.NotPortableException>(() => trip.Worker.Of<Func<int>>().Write(writer, function));
    }

    [Fact]
    public void Read_FunctionOnThePoolsSide_IsRefused()
    {
        Trip trip = new();
        Overlap.Processes.Values.PayloadWriter writer = new(trip);
        trip.Pool.Of<Func<int>>().Write(writer, static () => 1);
        byte[] bytes = writer.Written.ToArray();
        Assert.Throws<Overlap.Processes.Values.PayloadException>(() =>
        {
            Overlap.Processes.Values.PayloadReader reader = new(bytes, trip);
            return trip.Pool.Of<Func<int>>().Read(ref reader);
        });
    }

    private sealed class Holder : IDisposable
    {
        private readonly MemoryStream _stream = new();

        public HttpClient Client { get; } = new();

        public Func<long> OfField() => () => _stream.Length;

        public Func<TimeSpan> OfProperty() => () => Client.Timeout;

        public long Length() => _stream.Length;

        public void Dispose()
        {
            _stream.Dispose();
            Client.Dispose();
        }
    }

    private sealed class Bag : System.Collections.ObjectModel.Collection<int>
    {
        public int Total() => Count;
    }
}

internal static class StreamSizes
{
    public static long Size(this Stream source) => source.Length;
}
