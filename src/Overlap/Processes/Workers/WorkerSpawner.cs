using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Hosting;
using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>Makes the process of a worker: its descriptors, its environment, its limits.</summary>
internal static class WorkerSpawner
{
    // How much likelier than this program the kernel takes a worker when memory runs out. The scale ends at 1,000.
    private const int OutOfMemoryRaise = 500;
    private const int HighestOutOfMemoryScore = 1000;

    private static readonly byte[] OutOfMemoryScore = Encoding.ASCII.GetBytes(RaisedScore().ToString(CultureInfo.InvariantCulture));

    public static WorkerProcess Spawn(WorkerLaunch launch, IWorkerEvents events)
    {
        HostLocation? host = launch.Command is null ? HostLocation.Current : null;
        IReadOnlyList<string> command = launch.Command ?? host!.Command;
        WorkerCookie cookie = WorkerCookie.Create();
        List<string> environment = WorkerEnvironment.Compose(launch, host, cookie);
        List<SafeHandle> opened = [];
        List<SafeHandle> held = [];
        try
        {
            return Spawn(launch, events, command, environment, cookie, opened, held);
        }
        catch (Exception exception)
        {
            opened.ForEach(static handle => handle.Dispose());
            if (exception is Win32Exception or PlatformNotSupportedException)
            {
                throw new WorkerStartException($"No worker process could be started. {exception.Message}", exception);
            }

            throw;
        }
        finally
        {
            held.ForEach(static handle => handle.DangerousRelease());
        }
    }

    private static WorkerProcess Spawn(
        WorkerLaunch launch,
        IWorkerEvents events,
        IReadOnlyList<string> command,
        List<string> environment,
        WorkerCookie cookie,
        List<SafeHandle> opened,
        List<SafeHandle> held)
    {
        (SafeFileHandle control, SafeFileHandle theirControl) = Keep(DescriptorCalls.SocketPair());
        (SafeFileHandle output, SafeFileHandle theirOutput) = Keep(DescriptorCalls.Pipe());
        (SafeFileHandle errors, SafeFileHandle theirErrors) = Keep(DescriptorCalls.Pipe());
        SafeFileHandle nothing = new(SystemError.ThrowIfNegative(DescriptorCalls.TryOpen("/dev/null", write: false), "/dev/null"), ownsHandle: true);
        opened.Add(nothing);

        SafeHandle[] sources = [nothing, theirOutput, theirErrors, theirControl, .. launch.Inherited];
        int[] descriptors = new int[sources.Length];
        for (int i = 0; i < sources.Length; i++)
        {
            bool isHeld = false;
            sources[i].DangerousAddRef(ref isHeld);
            held.Add(sources[i]);
            descriptors[i] = (int)sources[i].DangerousGetHandle();
            if (descriptors[i] < sources.Length)
            {
                // W5: a low number would be overwritten by one of the child's before it is copied.
                SafeFileHandle moved = DescriptorCalls.DuplicateAbove(descriptors[i], sources.Length);
                opened.Add(moved);
                descriptors[i] = (int)moved.DangerousGetHandle();
            }
        }

        int processId = SpawnCalls.Spawn(command[0], command, environment, descriptors, launch.WorkingDirectory);
        try
        {
            SafeFileHandle handle = ProcessCalls.OpenProcess(processId);
            opened.Add(handle);
            Limit(processId, launch.Limits);
            RaiseOutOfMemoryScore(processId);
            WorkerProcess worker = new(processId, new(handle, control, output, errors), cookie, events);
            opened.RemoveAll(kept => kept == handle || kept == control || kept == output || kept == errors);
            opened.ForEach(static theirs => theirs.Dispose());
            return worker;
        }
        catch
        {
            _ = ProcessCalls.Kill(-processId, SignalNumber.Kill);
            while (ProcessCalls.TryReap(processId, out _, out _) == 0)
            {
                Thread.Yield();
            }

            throw;
        }

        (SafeFileHandle Mine, SafeFileHandle Theirs) Keep((SafeFileHandle Mine, SafeFileHandle Theirs) pair)
        {
            opened.Add(pair.Mine);
            opened.Add(pair.Theirs);
            return pair;
        }
    }

    private static void Limit(int processId, WorkerLimits limits)
    {
        if (limits.CpuTime is { } cpu)
        {
            // At the soft limit the kernel says SIGXCPU, whose default is the end; a worker that shrugs it off is killed a second later.
            ulong seconds = (ulong)Math.Max(1, Math.Ceiling(cpu.TotalSeconds));
            ProcessCalls.Limit(processId, ProcessCalls.LimitCpuSeconds, seconds, seconds + 1);
        }

        if (limits.OpenFiles is { } files)
        {
            ProcessCalls.Limit(processId, ProcessCalls.LimitOpenFiles, (ulong)files, (ulong)files);
        }
    }

    // Not allowed is no error: the worker then is as likely a victim as this program.
    private static void RaiseOutOfMemoryScore(int processId)
    {
        int file = DescriptorCalls.TryOpen($"/proc/{processId}/oom_score_adj", write: true);
        if (file >= 0)
        {
            _ = DescriptorCalls.WriteAll(file, OutOfMemoryScore);
            _ = DescriptorCalls.Close(file);
        }
    }

    private static int RaisedScore()
    {
        try
        {
            return Math.Min(HighestOutOfMemoryScore, int.Parse(File.ReadAllText("/proc/self/oom_score_adj"), CultureInfo.InvariantCulture) + OutOfMemoryRaise);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            return OutOfMemoryRaise;
        }
    }
}
