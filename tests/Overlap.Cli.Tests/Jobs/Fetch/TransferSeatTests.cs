using Overlap.Cli.Jobs.Check;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>What worker processes share of a run.</summary>
public sealed class TransferSeatTests
{
    [Fact]
    public void Read_FetchOptions_AreThoseOfTheRun()
    {
        FetchOptions options = new()
        {
            Folder = "/somewhere",
            Existing = ExistingFile.Rename,
            Compressed = true,
            Urls = ["http://127.0.0.1/"],
            InputFile = "list",
            StandardInput = new MemoryStream(),
            NulSeparated = true,
            InterleaveHosts = false,
            PerHost = 2,
            RatePerHost = 1.5,
            Retries = 7,
            RetryDelay = TimeSpan.FromMilliseconds(3),
            RetryDelayMax = TimeSpan.FromSeconds(4),
            RetryAfterMax = TimeSpan.FromSeconds(5),
            MaxRedirects = 6,
            ConnectTimeout = TimeSpan.FromSeconds(7),
            IdleTimeout = TimeSpan.FromSeconds(8),
            AttemptTimeout = TimeSpan.FromSeconds(9),
            MaxTime = TimeSpan.FromSeconds(10),
            MaxSize = 11,
            DenyPrivate = true,
            Headers = [new RequestHeader("X-A", "b\"c"), new RequestHeader("X-B", "")],
            UseProxy = false,
        };
        using SharedPaces paces = SharedPaces.Create();

        FetchOptions read = TransferSeat.Of(options, paces, workers: 2).Read<FetchOptions>();

        Assert.Equal(options.Headers, read.Headers);
        Assert.Equal(
            options with { Urls = read.Urls, InputFile = null, StandardInput = Stream.Null, Headers = read.Headers },
            read);
        Assert.Empty(read.Urls);
    }

    [Fact]
    public void Read_CheckOptions_AcceptTheSameStatuses()
    {
        CheckOptions options = new() { Accept = StatusSet.TryParse("200-299,403")! };
        using SharedPaces paces = SharedPaces.Create();

        CheckOptions read = TransferSeat.Of(options, paces, workers: 2).Read<CheckOptions>();

        Assert.Equal(options.Accept.Ranges, read.Accept.Ranges);
    }

    [Fact]
    public void TryEnter_RateIsUsedUpByAnotherProcess_IsNotLetIn()
    {
        using SharedPaces owner = SharedPaces.Create();
        using SharedPaces other = SharedPaces.Join(owner.Path);
        HostGate first = new(6, 0.001, TimeProvider.System, owner.Of("a:80"));
        HostGate second = new(6, 0.001, TimeProvider.System, other.Of("a:80"));
        HostGate elsewhere = new(6, 0.001, TimeProvider.System, other.Of("b:80"));

        Assert.True(first.TryEnter());

        Assert.False(second.TryEnter());
        Assert.True(elsewhere.TryEnter());
    }

    [Fact]
    public void TryEnter_AnotherProcessWasAskedToWait_IsNotLetIn()
    {
        using SharedPaces owner = SharedPaces.Create();
        using SharedPaces other = SharedPaces.Join(owner.Path);
        HostGate first = new(6, 0, TimeProvider.System, owner.Of("a:80"));
        HostGate second = new(6, 0, TimeProvider.System, other.Of("a:80"));
        Assert.True(second.TryEnter());

        first.Pause(TimeSpan.FromMinutes(1));

        Assert.False(second.TryEnter());
    }

    [Fact]
    public void Dispose_Owner_RemovesTheFile()
    {
        SharedPaces paces = SharedPaces.Create();
        Assert.True(File.Exists(paces.Path));

        paces.Dispose();

        Assert.False(File.Exists(paces.Path));
    }

    [Fact]
    public void TryTake_ThreeSharers_TogetherTakeNoMoreThanOneRun()
    {
        RetryBudget[] budgets = [new(3), new(3), new(3)];

        int taken = budgets.Sum(static budget =>
        {
            int count = 0;
            while (budget.TryTake())
            {
                count++;
            }

            return count;
        });

        Assert.InRange(taken, RetryBudget.Floor - 2, RetryBudget.Floor);
    }

    [Fact]
    public void Join_PathLeadsElsewhereMeanwhile_OpensTheFolderItself()
    {
        using DownloadBed bed = new();
        using TargetFolder folder = TargetFolder.Open(bed.Folder);
        Directory.Move(bed.Folder, bed.Folder + ".moved");
        Directory.CreateDirectory(bed.Folder);

        using (TargetFolder joined = TargetFolder.Join(folder.SharedPath, bed.Folder))
        {
            _ = Libc.Close(joined.Create("file.txt"));
        }

        Assert.Empty(bed.Names);
        Assert.True(File.Exists(bed.Folder + ".moved/file.txt"));
    }
}
