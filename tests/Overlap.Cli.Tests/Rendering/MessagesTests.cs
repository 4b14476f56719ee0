using Overlap.Cli.Rendering;

namespace Overlap.Cli.Tests.Rendering;

public sealed class MessagesTests
{
    [Fact]
    public void SetStatus_OfSeveralLines_IsClearedFromItsFirst()
    {
        using StringWriter writer = new();
        Messages messages = new(writer);

        messages.SetStatus("one\ntwo\nthree");
        messages.SetStatus("four");
        messages.SetStatus("");

        Assert.Equal("\r\e[Kone\ntwo\nthree\r\e[2A\e[Jfour\r\e[K", writer.ToString());
    }

    [Fact]
    public void WriteLine_BelowIsAStatusOfSeveralLines_StandsAboveIt()
    {
        using StringWriter writer = new();
        Messages messages = new(writer);

        messages.SetStatus("one\ntwo");
        messages.WriteLine("message");

        Assert.EndsWith("\r\e[1A\e[Jmessage\none\ntwo", writer.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void WriteBytes_WithoutLineEnd_StatusBeginsOnALineOfItsOwn()
    {
        using StringWriter writer = new();
        Messages messages = new(writer);

        messages.SetStatus("status");
        messages.WriteBytes("part"u8);
        messages.WriteBytes("whole\n"u8);

        Assert.Equal("\r\e[Kstatus\r\e[Kpart\nstatus\r\e[Kwhole\nstatus", writer.ToString());
    }

    [Fact]
    public void WriteBytes_BytesThatAreNoText_ArriveAsTheyAre()
    {
        using MemoryStream stream = new();
        using StreamWriter writer = new(stream) { AutoFlush = true };
        Messages messages = new(writer, stream);

        messages.WriteBytes([0xFF, 0x00]);

        Assert.Equal([0xFF, 0x00], stream.ToArray());
    }
}
