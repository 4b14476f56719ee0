using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Values;

/// <summary>Sends values to the worker's side and back into the hand.</summary>
internal static class Travel
{
    public static T Once<T>(T value, ValueCodecs? codecs = null) => Once(value, new TestBorder(), codecs ?? new ValueCodecs());

    public static T Once<T>(T value, TestBorder border, ValueCodecs codecs)
    {
        PayloadWriter writer = new(border);
        border.IsWorkerSide = false;
        codecs.Of<T>().Write(writer, value);

        border.IsWorkerSide = true;
        PayloadReader reader = new(writer.Written, border);
        T read = codecs.Of<T>().Read(ref reader);
        Assert.Equal(0, reader.Remaining);
        return read;
    }

    public static int SizeOf<T>(T value)
    {
        PayloadWriter writer = new(new TestBorder());
        new ValueCodecs().Of<T>().Write(writer, value);
        return writer.Length;
    }

    public static string RefusalOf<T>() => Assert.Throws<Overlap.Processes.NotPortableException>(() => new ValueCodecs().Of<T>()).Message;
}
