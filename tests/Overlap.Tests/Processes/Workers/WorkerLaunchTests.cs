using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Overlap.Processes;
using Overlap.Processes.Native;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class WorkerLaunchTests
{
    [Fact]
    public async Task Inherited_Descriptors_AreTheOnlyOnesFromFour()
    {
        (SafeFileHandle reader, SafeFileHandle writer) = DescriptorCalls.Pipe();
        using (reader)
        using (writer)
        {
            using RecordedWorker worker = RecordedWorker.Start(new()
            {
                Inherited = [writer, writer],
                Command = ["/bin/sh", "-c", "echo four >&4; echo five >&5; exec ls /proc/self/fd"],
            });
            _ = await worker.Exit;
            byte[] bytes = new byte[64];
            int count = DescriptorCalls.Read((int)reader.DangerousGetHandle(), bytes);
            Assert.Equal("four\nfive\n", System.Text.Encoding.UTF8.GetString(bytes, 0, count));
            // The last is the folder that ls reads.
            Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], worker.Lines.Select(static line => line.Text));
        }
    }

    [Fact]
    public async Task Inherited_ManyDescriptors_NoneOverwritesAnother()
    {
        (SafeFileHandle firstReader, SafeFileHandle first) = DescriptorCalls.Pipe();
        (SafeFileHandle secondReader, SafeFileHandle second) = DescriptorCalls.Pipe();
        using (firstReader)
        using (first)
        using (secondReader)
        using (second)
        {
            // More than this program has open: every number that is to be copied is also one to be given.
            using RecordedWorker worker = RecordedWorker.Start(new()
            {
                Inherited = [.. Enumerable.Range(0, 500).Select(i => i % 2 == 0 ? first : second)],
                Command = ["/bin/sh", "-c", "echo even >&8; echo odd >&9"],
            });
            _ = await worker.Exit;
            byte[] bytes = new byte[8];
            Assert.Equal("even\n", System.Text.Encoding.UTF8.GetString(bytes, 0, DescriptorCalls.Read((int)firstReader.DangerousGetHandle(), bytes)));
            Assert.Equal("odd\n", System.Text.Encoding.UTF8.GetString(bytes, 0, DescriptorCalls.Read((int)secondReader.DangerousGetHandle(), bytes)));
        }
    }

    [Fact]
    public async Task WorkerControl_ChildOfTheWorker_InheritsNeitherSocketNorMemory()
    {
        (SafeFileHandle reader, SafeFileHandle writer) = DescriptorCalls.Pipe();
        using (reader)
        using (writer)
        {
            using RecordedWorker worker = RecordedWorker.Start(
                new() { Inherited = [writer], Command = [.. WorkerPrograms.Command("worker", "descriptors")] });
            Assert.Equal("a child of the worker has 4 descriptors", worker.NextLine());
            _ = await worker.Exit;
        }
    }

    [Fact]
    public async Task Environment_Additions_AreSetAndRemoved()
    {
        using RecordedWorker worker = RecordedWorker.Start(new()
        {
            Inherited = [],
            Command = ["/bin/sh", "-c", "echo $ADDED ${PATH-none}"],
            Environment = new Dictionary<string, string?> { ["ADDED"] = "äöü", ["PATH"] = null },
            WorkingDirectory = "/",
        });
        _ = await worker.Exit;
        Assert.StartsWith("äöü ", Assert.Single(worker.Lines).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkingDirectory_Given_IsTheChilds()
    {
        using RecordedWorker worker = RecordedWorker.Start(new() { Inherited = [], Command = ["/bin/pwd"], WorkingDirectory = "/proc" });
        _ = await worker.Exit;
        Assert.Equal("/proc", Assert.Single(worker.Lines).Text);
    }

    [Fact]
    public void Start_InheritedHandleClosed_ThrowsAndLeaksNothing()
    {
        (SafeFileHandle reader, SafeFileHandle writer) = DescriptorCalls.Pipe();
        reader.Dispose();
        writer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => RecordedWorker.Start(new() { Inherited = [writer], Command = ["/bin/true"] }));
    }

    [Fact]
    public async Task Poke_ControlThread_HearsEveryByte()
    {
        using RecordedWorker worker = WorkerPrograms.Worker("pokes");
        worker.Process.Poke(1);
        Assert.Equal("ready", worker.NextLine().Replace("poke 1", "ready", StringComparison.Ordinal));
        worker.Process.Poke(200);
        worker.Process.Kill();
        _ = await worker.Exit;
    }

    [Fact]
    public async Task Poke_NobodyReads_NeverWaits()
    {
        using RecordedWorker worker = RecordedWorker.Shell("exec sleep 100000");
        for (int i = 0; i < 10_000; i++)
        {
            worker.Process.Poke(1);
        }

        worker.Process.Kill();
        Assert.Equal(9, (await worker.Exit).Signal);
    }

    [Fact]
    public async Task OpenFiles_Limited_WorkerRunsOut()
    {
        using RecordedWorker worker = WorkerPrograms.Worker("files", new() { OpenFiles = 64 });
        _ = await worker.Exit;
        Assert.Contains(worker.Lines, static line => line.Text == "stopped below 128: True");
    }

    [Fact]
    public async Task ManagedMemory_Limited_CallGetsOutOfMemory()
    {
        using RecordedWorker worker = WorkerPrograms.Worker("memory", new() { ManagedMemory = 128 << 20 });
        WorkerExit exit = await worker.Exit;
        Assert.Equal(("out of memory below 200 MiB", 0), (Assert.Single(worker.Lines).Text, exit.ExitCode));
    }

    [Fact]
    public async Task CpuTime_Limited_WorkerIsEnded()
    {
        using RecordedWorker worker = RecordedWorker.Shell("while :; do :; done", new() { CpuTime = TimeSpan.FromSeconds(1) });
        Assert.Equal("used up its processor time (signal 24, SIGXCPU)", (await worker.Exit).Describe());
        Assert.InRange(worker.Process.ReadCpu().TotalSeconds, 0.5, 2.5);
    }

    [Fact]
    public void ReadResidentBytes_WorkerLives_IsMoreThanNothing()
    {
        using RecordedWorker worker = RecordedWorker.Shell("echo ready; exec sleep 100000");
        _ = worker.NextLine();
        Assert.InRange(worker.Process.ReadResidentBytes(), 1, 1 << 30);
    }

    [Fact]
    public void ReadCpu_WorkerSaysThatItComputed_IsAsMuch()
    {
        // Another process' clock misses what its threads did since the last timer tick: a worker asked at once may have done nothing yet.
        // This one computes until its own count (fields 14 and 15 of its stat, in hundredths) says 50 ms.
        const string Compute = """
            set -- 0 0 0 0 0 0 0 0 0 0 0 0 0
            while [ $((${12} + ${13})) -lt 5 ]; do read -r stat < /proc/$$/stat; set -- ${stat##*) }; done
            echo ready; exec sleep 100000
            """;
        using RecordedWorker worker = RecordedWorker.Shell(Compute);
        _ = worker.NextLine();
        Assert.InRange(worker.Process.ReadCpu(), TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Gone_TwoHundredCycles_NothingIsLeft()
    {
        using Process cycles = WorkerPrograms.Start("cycles", "200");
        Assert.Equal("0 descriptors, 0 threads, 0 children", await cycles.StandardOutput.ReadLineAsync().WaitAsync(RecordedWorker.Patience));
        await cycles.WaitForExitAsync();
    }

    [Fact]
    public async Task Kill_WorkerIsStopped_IsKilled()
    {
        using RecordedWorker worker = RecordedWorker.Shell("kill -STOP $$");
        worker.Process.Kill();
        Assert.Equal(9, (await worker.Exit).Signal);
    }

    [Fact]
    public void WorkerLimits_TooSmall_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(static () => new WorkerLimits { ManagedMemory = 1 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new WorkerLimits { OpenFiles = 3 });
        Assert.Throws<ArgumentOutOfRangeException>(static () => new WorkerLimits { CpuTime = TimeSpan.Zero });
    }
}
