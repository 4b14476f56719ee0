using System.Net;
using System.Numerics;

namespace Overlap.Tests.Processes.Values;

public class TextCodecTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("plain")]
    [InlineData("Ω😀")]
    [InlineData("half \uD800 pair")]
    [InlineData("\uDC00")]
    public void Read_Text_IsTheSame(string? text) => Assert.Equal(text, Travel.Once(text));

    [Fact]
    public void Read_LongText_IsTheSame()
    {
        string text = new('x', 200_000);
        Assert.Equal(text, Travel.Once(text));
    }

    [Fact]
    public void Read_TextBuilder_HasTheText() => Assert.Equal("abc", Travel.Once(new System.Text.StringBuilder("abc")).ToString());

    [Theory]
    [InlineData("https://example.org/a?b=%20#c")]
    [InlineData("../up/x")]
    public void Read_Uri_HasTheTextAsGiven(string text)
    {
        Uri uri = new(text, UriKind.RelativeOrAbsolute);
        Uri read = Travel.Once(uri);
        Assert.Equal(uri.OriginalString, read.OriginalString);
        Assert.Equal(uri.IsAbsoluteUri, read.IsAbsoluteUri);
    }

    [Theory]
    [InlineData("1.2")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4")]
    public void Read_Version_HasTheNumbers(string text) => Assert.Equal(Version.Parse(text), Travel.Once(Version.Parse(text)));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("fe80::1%7")]
    [InlineData("::")]
    public void Read_Address_IsTheSame(string text) => Assert.Equal(IPAddress.Parse(text), Travel.Once(IPAddress.Parse(text)));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("-123456789012345678901234567890")]
    public void Read_BigNumber_IsTheSame(string text) => Assert.Equal(BigInteger.Parse(text), Travel.Once(BigInteger.Parse(text)));

    [Fact]
    public void Read_MissingOnes_AreMissing()
    {
        Assert.Null(Travel.Once<Uri?>(null));
        Assert.Null(Travel.Once<Version?>(null));
        Assert.Null(Travel.Once<IPAddress?>(null));
        Assert.Null(Travel.Once<System.Text.StringBuilder?>(null));
        Assert.Null(Travel.Once<int?>(null));
        Assert.Null(Travel.Once<Tuple<int>?>(null));
    }
}
