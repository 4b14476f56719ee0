using System.Text;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RespParserTests
{
    private static readonly string[] Replies =
    [
        "+OK\r\n", "-WRONGTYPE Operation against a key\r\n", ":1000\r\n", ":-7\r\n", "$5\r\nhello\r\n", "$0\r\n\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n",
        "*3\r\n:1\r\n$1\r\na\r\n*2\r\n+x\r\n_\r\n", "_\r\n", "#t\r\n", "#f\r\n", ",3.25\r\n", ",inf\r\n", "(3492890328409238509324850943850943825024385\r\n",
        "!21\r\nSYNTAX invalid syntax\r\n", "=15\r\ntxt:Some string\r\n", "%2\r\n+a\r\n:1\r\n+b\r\n:2\r\n", "~2\r\n:1\r\n:2\r\n",
        ">3\r\n$7\r\nmessage\r\n$2\r\nch\r\n$4\r\nbody\r\n", "|1\r\n+ttl\r\n:3600\r\n*1\r\n$2\r\nhi\r\n", "*1\r\n*1\r\n*1\r\n:9\r\n",
    ];

    [Theory]
    [InlineData("+OK\r\n", "OK")]
    [InlineData("-ERR no\r\n", "ERR no")]
    [InlineData(":42\r\n", "42")]
    [InlineData("$5\r\nhe\r\no\r\n", "he\r\no")]
    [InlineData("$-1\r\n", "(nothing)")]
    [InlineData("_\r\n", "(nothing)")]
    [InlineData("#t\r\n", "true")]
    [InlineData(",3.25\r\n", "3.25")]
    [InlineData("=7\r\ntxt:abc\r\n", "abc")]
    [InlineData("*2\r\n:1\r\n:2\r\n", "Array of 2")]
    [InlineData("%1\r\n+a\r\n:2\r\n", "Array of 2")]
    [InlineData(">1\r\n+a\r\n", "Push of 1")]
    [InlineData("|1\r\n+ttl\r\n:1\r\n:7\r\n", "7")]
    public void TryRead_Reply_IsRead(string text, string expected) => Assert.Equal(expected, Assert.Single(Read(Encoding.UTF8.GetBytes(text), 1000)).ToString());

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void TryRead_InPieces_IsReadAsInOne(int piece)
    {
        byte[] all = Encoding.UTF8.GetBytes(string.Concat(Replies));
        Assert.Equal(Read(all, all.Length).Select(Printed), Read(all, piece).Select(Printed));
        Assert.Equal(Replies.Length, Read(all, piece).Count);
    }

    [Theory]
    [InlineData("x\r\n")]
    [InlineData("\r\n")]
    [InlineData(":12a\r\n")]
    [InlineData(":\r\n")]
    [InlineData(":1\n")]
    [InlineData("$-2\r\n")]
    [InlineData("$9223372036854775807\r\n")]
    [InlineData("$99999999999999999999\r\n")]
    [InlineData("*9223372036854775807\r\n")]
    [InlineData("%4611686018427387904\r\n")]
    [InlineData("$3\r\nabcd\r\n")]
    [InlineData("$?\r\n")]
    [InlineData("#x\r\n")]
    [InlineData("~-1\r\n")]
    public void TryRead_Garbage_IsRefused(string text) =>
        Assert.Throws<RespProtocolException>(() => Read(Encoding.UTF8.GetBytes(text), 1000));

    [Fact]
    public void TryRead_NestedTooDeep_IsRefused() =>
        Assert.Throws<RespProtocolException>(static () => Read(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("*1\r\n", 17))), 1000));

    [Fact]
    public void TryRead_LineWithoutEnd_IsRefused() =>
        Assert.Throws<RespProtocolException>(static () => Read(Encoding.UTF8.GetBytes("+" + new string('a', 20_000)), 30_000));

    [Fact]
    public void TryRead_ManySmallPartsBeyondTheLimit_IsRefused() => Assert.Throws<RespProtocolException>(
        static () => Read(Encoding.UTF8.GetBytes("*100\r\n" + string.Concat(Enumerable.Repeat(":1\r\n", 100))), 10_000, new RespLimits { FrameBytes = 1000 }));

    [Fact]
    public void TryRead_ClaimedLength_IsNotAllocatedBeforeItComes()
    {
        RespParser parser = new(RespLimits.Default);
        byte[] head = "$1000000000\r\nabc"u8.ToArray();
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(parser.TryRead(head, out int consumed, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
        Assert.Equal(head.Length, consumed);
    }

    [Fact]
    public void TryRead_Mutated20000Times_EndsInReplyOrRefusalWithinTheLimit()
    {
        Random random = new(20_000);
        RespLimits limits = new() { FrameBytes = 100_000, LineBytes = 1000 };
        int refused = 0;
        int read = 0;
        for (int round = 0; round < 20_000; round++)
        {
            byte[] frame = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 3).Select(_ => Replies[random.Next(Replies.Length)])));
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                int place = random.Next(frame.Length);
                frame = random.Next(4) switch
                {
                    0 => [.. frame[..place], (byte)random.Next(256), .. frame[(place + 1)..]],
                    1 => [.. frame[..place], .. frame[(place + 1)..]],
                    2 => [.. frame[..place], .. frame[random.Next(frame.Length)..]],
                    _ => [.. frame[..place], .. "$*:%~9999999999"u8[random.Next(5)..(random.Next(5) + 6)], .. frame[place..]],
                };
                frame = frame.Length == 0 ? [(byte)'+'] : frame;
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                read += Read(frame, random.Next(1, frame.Length + 1), limits).Count;
            }
            catch (RespProtocolException)
            {
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10 * limits.FrameBytes);
        }

        Assert.True(refused > 1000 && read > 1000, $"{refused} refused, {read} read: the mutations are too weak or too strong");
    }

    private static List<RespValue> Read(byte[] bytes, int piece, RespLimits? limits = null)
    {
        RespParser parser = new(limits ?? RespLimits.Default);
        List<RespValue> values = [];
        byte[] rest = [];
        for (int start = 0; start < bytes.Length; start += piece)
        {
            rest = [.. rest, .. bytes[start..Math.Min(bytes.Length, start + piece)]];
            bool isWhole = true;
            while (isWhole)
            {
                isWhole = parser.TryRead(rest, out int consumed, out RespValue value);
                rest = rest[consumed..];
                if (isWhole)
                {
                    values.Add(value);
                }
            }
        }

        return values;
    }

    private static string Printed(RespValue value) => value.Items.Length == 0 ? value.ToString() : $"{value}({string.Join(",", value.Items.ToArray().Select(Printed))})";
}
