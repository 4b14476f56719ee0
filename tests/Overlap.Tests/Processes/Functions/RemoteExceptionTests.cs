using System.Net.Sockets;
using Overlap.Processes;
using Overlap.Processes.Functions;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Functions;

public sealed class RemoteExceptionTests
{
    [Fact]
    public void Read_WellKnownType_ArrivesAsItself()
    {
        InvalidOperationException arrived = Assert.IsType<InvalidOperationException>(Travel(Thrown(new InvalidOperationException("bad"))));
        Assert.Equal("bad", arrived.Message);
    }

    [Fact]
    public void Read_Thrown_ShowsTheRemoteStack() =>
        Assert.Contains(nameof(Thrown), Travel(Thrown(new InvalidOperationException("bad"))).ToString(), StringComparison.Ordinal);

    [Fact]
    public void Read_ThrownAgainHere_KeepsBothStacks()
    {
        string text = Thrown(Travel(Thrown(new InvalidOperationException("bad")))).ToString();
        Assert.Equal(2, text.Split("at Overlap.Tests.Processes.Functions.RemoteExceptionTests.Thrown").Length - 1);
    }

    [Fact]
    public void Read_ArgumentException_KeepsMessageAndParameter()
    {
        ArgumentException arrived = Assert.IsType<ArgumentException>(Travel(new ArgumentException("bad", "count")));
        Assert.Equal(("bad (Parameter 'count')", "count"), (arrived.Message, arrived.ParamName));
    }

    [Fact]
    public void Read_ArgumentOutOfRange_KeepsItsValue()
    {
        ArgumentOutOfRangeException sent = new("count", 5, "too many");
        ArgumentOutOfRangeException arrived = Assert.IsType<ArgumentOutOfRangeException>(Travel(sent));
        Assert.Equal((sent.Message, "count", 5), (arrived.Message, arrived.ParamName, arrived.ActualValue));
    }

    [Fact]
    public void Read_ArgumentNull_KeepsItsParameter() =>
        Assert.Equal("name", Assert.IsType<ArgumentNullException>(Travel(new ArgumentNullException("name"))).ParamName);

    [Fact]
    public void Read_ObjectDisposed_KeepsItsName()
    {
        ObjectDisposedException sent = new("door");
        ObjectDisposedException arrived = Assert.IsType<ObjectDisposedException>(Travel(sent));
        Assert.Equal((sent.Message, "door"), (arrived.Message, arrived.ObjectName));
    }

    [Fact]
    public void Read_FileNotFound_KeepsTheFile() =>
        Assert.Equal("a.txt", Assert.IsType<FileNotFoundException>(Travel(new FileNotFoundException("gone", "a.txt"))).FileName);

    [Fact]
    public void Read_SocketException_KeepsTheCode() =>
        Assert.Equal(SocketError.ConnectionRefused, Assert.IsType<SocketException>(Travel(new SocketException((int)SocketError.ConnectionRefused))).SocketErrorCode);

    [Fact]
    public void Read_HttpRequestException_KeepsTheStatus() =>
        Assert.Equal(System.Net.HttpStatusCode.NotFound, Assert.IsType<HttpRequestException>(Travel(new HttpRequestException("no", null, System.Net.HttpStatusCode.NotFound))).StatusCode);

    [Fact]
    public void Read_Canceled_StaysCanceled()
    {
        Assert.IsType<OperationCanceledException>(Travel(new OperationCanceledException("stop")));
        Assert.IsType<TaskCanceledException>(Travel(new TaskCanceledException("stop")));
    }

    [Fact]
    public void Read_Aggregate_KeepsItsInners()
    {
        AggregateException sent = new("two", new InvalidOperationException("a"), new Private("b"));
        AggregateException arrived = Assert.IsType<AggregateException>(Travel(sent));
        Assert.Equal(sent.Message, arrived.Message);
        Assert.Equal([typeof(InvalidOperationException), typeof(Private)], arrived.InnerExceptions.Select(static inner => inner.GetType()));
    }

    [Fact]
    public void Read_Inner_KeepsItsChainAndTraces()
    {
        Exception arrived = Travel(new IOException("outer", Thrown(new TimeoutException("inner"))));
        TimeoutException inner = Assert.IsType<TimeoutException>(arrived.InnerException);
        Assert.Contains(nameof(Thrown), inner.StackTrace, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_OwnType_ArrivesAsItself()
    {
        Private arrived = Assert.IsType<Private>(Travel(new Private("mine")));
        Assert.Equal("mine", arrived.Message);
    }

    [Fact]
    public void Read_HResultAndData_AreKept()
    {
        InvalidOperationException sent = new("bad") { HResult = 77 };
        sent.Data["count"] = 5;
        sent.Data["text"] = "t";
        sent.Data["object"] = new object();
        sent.Data[1] = "no text as a key";
        Exception arrived = Travel(sent);
        Assert.Equal(77, arrived.HResult);
        Assert.Equal((5, "t", 2), (arrived.Data["count"], arrived.Data["text"], arrived.Data.Count));
    }

    [Fact]
    public void Read_EachKindOfData_IsKept()
    {
        object[] values =
        [
            "t", true, 'c', (sbyte)-1, (byte)1, (short)-2, (ushort)2, -3, 3u, -4L, 4ul, 0.5f, 1.5, 2.5m, Guid.Parse("00000000-0000-0000-0000-000000000001"),
            new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc), TimeSpan.FromTicks(9),
        ];
        InvalidOperationException sent = new("bad");
        for (int i = 0; i < values.Length; i++)
        {
            sent.Data[$"{i}"] = values[i];
        }

        Exception arrived = Travel(sent);
        Assert.Equal(values, values.Select((_, i) => arrived.Data[$"{i}"]!));
    }

    [Fact]
    public void Read_TypeThatIsNotKnownHere_IsARemoteCall()
    {
        Exception arrived = TravelAs(Thrown(new Private("mine")), "Some.Other.FaultException");
        RemoteCallException remote = Assert.IsType<RemoteCallException>(arrived);
        Assert.Equal(("Some.Other.FaultException", "mine"), (remote.RemoteTypeName, remote.RemoteMessage));
        Assert.Contains(nameof(Thrown), remote.RemoteStackTrace, StringComparison.Ordinal);
        Assert.Contains("Some.Other.FaultException: mine", remote.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NameOfNoException_IsARemoteCall() =>
        Assert.IsType<RemoteCallException>(TravelAs(new Private("mine"), typeof(RemoteExceptionTests).FullName!));

    [Fact]
    public void Read_RemoteCallOfAWorkersWorker_KeepsWhatItSays()
    {
        RemoteCallException first = Assert.IsType<RemoteCallException>(TravelAs(new Private("mine"), "Some.Fault"));
        RemoteCallException second = Assert.IsType<RemoteCallException>(Travel(first));
        Assert.Equal(("Some.Fault", "mine", first.Message), (second.RemoteTypeName, second.RemoteMessage, second.Message));
    }

    [Fact]
    public void Read_ConstructorThatWantsSomethingElse_IsMadeWithoutIt()
    {
        Coded arrived = Assert.IsType<Coded>(Travel(new Coded(7)));
        Assert.Equal("code 7", arrived.Message);
    }

    [Fact]
    public void Read_ConstructorThatThrows_IsARemoteCall()
    {
        Picky.IsPicky = false;
        Picky sent = new("fine");
        Picky.IsPicky = true;
        Assert.Equal("fine", Assert.IsType<RemoteCallException>(Travel(sent)).RemoteMessage);
    }

    [Fact]
    public void Read_MessageOfItsOwn_ShowsTheTrueOneInTheTrace()
    {
        Exception arrived = Assert.IsType<Speaking>(Travel(new Speaking { Number = 9 }));
        Assert.Contains("number 9", arrived.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_MessageThatThrows_StillTravels() =>
        Assert.Contains("could not be read", Assert.IsType<Mute>(Travel(new Mute())).StackTrace, StringComparison.Ordinal);

    [Fact]
    public void Write_EndlessChain_IsCutOff()
    {
        Exception chain = new InvalidOperationException("0");
        for (int i = 1; i < 1_000; i++)
        {
            chain = new InvalidOperationException($"{i}", chain);
        }

        Assert.Equal(RemoteException.Deepest, Chain(Travel(chain)).Count());
    }

    [Fact]
    public void Write_ManyLargeMessages_StaysUnderTheLimit()
    {
        AggregateException sent = new(Enumerable.Range(0, 200).Select(i => new InvalidOperationException(new string((char)('a' + (i % 26)), 200_000))));
        PayloadWriter writer = new(new Trip());
        RemoteException.Write(writer, sent);
        Assert.InRange(writer.Length, 500_000, RemoteException.MostBytes);
        Assert.IsType<AggregateException>(Travel(sent));
    }

    [Fact]
    public void Write_LongMessage_SaysThatItIsCut()
    {
        string message = Travel(new InvalidOperationException(new string('ä', 100_000))).Message;
        Assert.InRange(message.Length, 30_000, RemoteException.MostText);
        Assert.EndsWith("(cut)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_BrokenUnicode_StillTravels() => Assert.StartsWith("a", Travel(new InvalidOperationException("a\ud800")).Message, StringComparison.Ordinal);

    [Fact]
    public void Read_MutatedBytes_IsAPayloadExceptionOrAnException()
    {
        PayloadWriter writer = new(new Trip());
        Exception sent = Thrown(new AggregateException(new ArgumentException("bad", "x"), new Private("b")));
        sent.Data["d"] = 2.5m;
        RemoteException.Write(writer, sent);
        byte[] original = writer.Written.ToArray();
        Random random = new(20_261_121);
        ExceptionTypes types = new();
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = original[..random.Next(original.Length / 2, original.Length + 1)];
            for (int j = random.Next(1, 4); j > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                PayloadReader reader = new(bytes, new Trip());
                RemoteException.Read(ref reader, types);
            }
            catch (PayloadException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 20_000);
    }

    private static Exception Thrown(Exception exception)
    {
        try
        {
            throw exception;
        }
        catch (Exception caught)
        {
            return caught;
        }
    }

    private static Exception Travel(Exception exception)
    {
        PayloadWriter writer = new(new Trip());
        RemoteException.Write(writer, exception);
        PayloadReader reader = new(writer.Written, new Trip());
        Exception arrived = RemoteException.Read(ref reader, new ExceptionTypes());
        Assert.Equal(0, reader.Remaining);
        Assert.NotSame(exception, arrived);
        return arrived;
    }

    // As if it came from a worker where the type has another name.
    private static Exception TravelAs(Exception exception, string typeName)
    {
        PayloadWriter written = new(new Trip());
        RemoteException.Write(written, exception);
        PayloadReader reader = new(written.Written, new Trip());
        PayloadText.Read(ref reader);
        PayloadWriter changed = new(new Trip());
        PayloadText.Write(changed, typeName);
        changed.WriteBytes(reader.ReadBytes(reader.Remaining));
        PayloadReader again = new(changed.Written, new Trip());
        return RemoteException.Read(ref again, new ExceptionTypes());
    }

    private static IEnumerable<Exception> Chain(Exception exception)
    {
        for (Exception? each = exception; each is not null; each = each.InnerException)
        {
            yield return each;
        }
    }

#pragma warning disable CA1032, CA1064 // Exceptions with unusual constructors are what is tested.
    private sealed class Private(string message) : Exception(message);

    private sealed class Coded(int code) : Exception($"code {code}");

    private sealed class Picky : Exception
    {
        public Picky(string message)
            : base(message)
        {
            if (IsPicky)
            {
                throw new NotSupportedException();
            }
        }

        public static bool IsPicky { get; set; }
    }

    private sealed class Speaking : Exception
    {
        public int Number { get; init; }

        public override string Message => $"number {Number}";
    }

    private sealed class Mute : Exception
    {
        public override string Message => throw new NotSupportedException();
    }
#pragma warning restore CA1032, CA1064
}
