using System.Text;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Tests.Jobs.Fetch;

public sealed class SafeNameTests
{
    [Theory]
    [InlineData("http://h/a/file.txt", "file.txt")]
    [InlineData("http://h/", "index.html")]
    [InlineData("http://h", "index.html")]
    [InlineData("http://h/a/..", "index.html")]
    [InlineData("http://h/a/%2e%2e", "index.html")]
    [InlineData("http://h/%2e%2e%2f%2e%2e%2fetc%2fpasswd", "passwd")]
    [InlineData("http://h/a%2fb", "b")]
    [InlineData("http://h/a%5cb", "b")]
    [InlineData("http://h/%2Fetc%2Fpasswd", "passwd")]
    [InlineData("http://h/a%00b", "ab")]
    [InlineData("http://h/a%0d%0ab%1b[31m", "ab[31m")]
    [InlineData("http://h/%252e%252e%252fx", "%2e%2e%2fx")]
    [InlineData("http://h/CON", "_CON")]
    [InlineData("http://h/con.txt", "_con.txt")]
    [InlineData("http://h/LPT1.tar.gz", "_LPT1.tar.gz")]
    [InlineData("http://h/....", "index.html")]
    [InlineData("http://h/.bashrc", "bashrc")]
    [InlineData("http://h/-rf", "rf")]
    [InlineData("http://h/a.%20", "a")]
    [InlineData("http://h/%20%20", "index.html")]
    [InlineData("http://h/a%E2%80%AEtxt.exe", "atxt.exe")]
    [InlineData("http://h/a%3Ab%3Cc%3E%7C%22%3F%2A", "abc")]
    [InlineData("http://h/x.part", "x.part_")]
    [InlineData("http://h/x.PART.json", "x.PART.json_")]
    [InlineData("http://h/%C3%BCber.txt", "über.txt")]
    [InlineData("http://h/%FF%FE", "%FF%FE")]
    public void FromUri_AnyPath_StaysOneHarmlessName(string url, string expected) =>
        Assert.Equal(expected, SafeName.FromUri(new Uri(url)));

    [Theory]
    [InlineData("a", ".txt")]
    [InlineData("é", ".tar.gz")]
    [InlineData("😀", "")]
    [InlineData("x", ".extensionthatisfartoolong")]
    public void FromUri_LongName_FitsInBytesAndKeepsShortExtension(string letter, string extension)
    {
        string name = SafeName.FromUri(new Uri("http://h/" + string.Concat(Enumerable.Repeat(letter, 300)) + extension));

        Assert.InRange(Encoding.UTF8.GetByteCount(name), 150, SafeName.MaxLength);
        Assert.DoesNotContain('\uFFFD', name);
        if (extension is ".txt")
        {
            Assert.EndsWith(".txt", name);
        }
    }

    [Fact]
    public void Append_NameAtTheLimit_StillFits()
    {
        string name = SafeName.Append(new string('a', 196) + ".txt", "~12345678");

        Assert.Equal(SafeName.MaxLength, name.Length);
        Assert.EndsWith("~12345678.txt", name);
    }

    [Fact]
    public void FromUri_EverySingleByte_NeverNamesAnotherPlace()
    {
        for (int value = 0; value < 256; value++)
        {
            string name = SafeName.FromUri(new Uri($"http://h/x/%{value:x2}..%{value:x2}/%{value:x2}%{value:x2}y%{value:x2}"));

            Assert.DoesNotContain('/', name);
            Assert.DoesNotContain('\\', name);
            Assert.DoesNotContain('\0', name);
            Assert.False(name is "" or "." or "..");
        }
    }

    [Fact]
    public void Take_NamesThatDifferInCase_AreTold_Apart()
    {
        NameTable names = new();

        Assert.Equal("Readme.txt", names.Take(new Uri("http://h/1/Readme.txt"), 1));
        string second = names.Take(new Uri("http://h/2/README.TXT"), 2);

        Assert.Matches(@"^README~[0-9a-f]{8}\.TXT$", second);
    }

    [Fact]
    public void Take_TenThousandUrlsWithOneName_GivesTenThousandNamesThatDependOnTheUrl()
    {
        string[] first = TakeAll(Enumerable.Range(0, 10_000));
        string[] shorter = TakeAll(Enumerable.Range(0, 10_000).Where(number => number is 0 or > 5_000));

        Assert.Equal(10_000, first.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(first[^1], shorter[^1]);
    }

    private static string[] TakeAll(IEnumerable<int> numbers)
    {
        NameTable names = new();
        return [.. numbers.Select(number => names.Take(new Uri($"http://h/{number}/file.txt"), number + 1))];
    }
}
