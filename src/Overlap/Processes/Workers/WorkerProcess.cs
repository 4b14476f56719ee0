using System.ComponentModel;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>A worker process from its start to its end.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Lock _gate = new();
    private readonly IWorkerEvents _events;
    private readonly WorkerCookie _cookie;
    private readonly LastLines _lastErrors = new();
    private readonly TaskCompletionSource _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate, closed with the reaping: after it the number may be another process'.
    private readonly SafeFileHandle _handle;
    private readonly SafeFileHandle _control;
    private SafeFileHandle? _memoryFile;
    private bool _isReaped;
    private TimeSpan _cpuAtEnd;

    private volatile bool _hasExited;

    internal WorkerProcess(int processId, SpawnedParts parts, WorkerCookie cookie, IWorkerEvents events)
    {
        ProcessId = processId;
        _events = events;
        _cookie = cookie;
        _handle = parts.Handle;
        _control = parts.Control;
        Output = new(parts.Output, (text, call) => events.OnOutput(this, new(processId, false, text, call)));
        ErrorOutput = new(parts.ErrorOutput, OnErrorLine);
    }

    public int ProcessId { get; }

    /// <summary>Whether the end was seen; set before <see cref="IWorkerEvents.OnExited"/>.</summary>
    public bool HasExited => _hasExited;

    /// <summary>Ends when the worker and whatever it started are gone.</summary>
    public Task Gone => _gone.Task;

    /// <summary>What the supervisor polls: readable when the process has ended.</summary>
    internal int Handle => (int)_handle.DangerousGetHandle();

    internal OutputPipe Output { get; }

    internal OutputPipe ErrorOutput { get; }

    /// <summary>Starts a worker process and watches it.</summary>
    /// <exception cref="WorkerHostException">This program cannot be the host of workers.</exception>
    /// <exception cref="WorkerStartException">The system refused it.</exception>
    public static WorkerProcess Start(WorkerLaunch launch, IWorkerEvents events)
    {
        WorkerProcess worker = WorkerSpawner.Spawn(launch, events);
        try
        {
            WorkerSupervisor.Watch(worker);
        }
        catch (Exception exception) when (exception is Win32Exception or OutOfMemoryException or ThreadStartException)
        {
            worker.Abandon();
            throw new WorkerStartException("A worker process was started, but there is no thread to watch it.", exception);
        }

        return worker;
    }

    /// <summary>Sends one byte to the worker's control thread. Never waits: where bytes lie unread, the worker has been poked already.</summary>
    public void Poke(byte signal)
    {
        _gate.Enter();
        try
        {
            if (!_isReaped)
            {
                DescriptorCalls.SendWithoutWaiting(_control, signal);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Asks the worker and its group to end.</summary>
    public void Terminate() => SignalGroup(SignalNumber.Terminate);

    /// <summary>Ends the worker and its group at once. Descendants that left the group are ended when the worker is seen to be gone.</summary>
    public void Kill() => SignalGroup(SignalNumber.Kill);

    /// <summary>Reads how much memory the worker has in RAM. Unit: bytes; 0 when it is gone.</summary>
    public long ReadResidentBytes()
    {
        _gate.Enter();
        try
        {
            return _isReaped ? 0 : ReadResidentBytesLocked();
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Reads how long the worker has computed, all threads together. Of a thread that runs right now, what it did since the last timer tick (some milliseconds) is not in it.</summary>
    public TimeSpan ReadCpu()
    {
        _gate.Enter();
        try
        {
            return _isReaped ? _cpuAtEnd : ProcessCalls.CpuOf(ProcessId);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Kills the worker if it lives. What it held is freed when its end is seen.</summary>
    public void Dispose() => Kill();

    /// <summary>Takes the end of a process whose handle says that it ended. On the supervising thread.</summary>
    /// <returns>Whether it is gone.</returns>
    internal bool TryFinish(Span<byte> buffer)
    {
        if (!TryReap(out int status, out bool isKnown))
        {
            return false;
        }

        Output.Drain(buffer);
        ErrorOutput.Drain(buffer);
        _hasExited = true;
        _events.OnExited(this, isKnown ? WorkerExit.FromStatus(status, _lastErrors.ToList()) : new(null, null, _lastErrors.ToList()));
        // W4: the search through all processes is slow; nobody who waits for a call waits for it.
        DescendantSweeper.Sweep(_cookie, _gone);
        return true;
    }

    private void Abandon()
    {
        Kill();
        using SafeFileHandle handle = DescriptorCalls.DuplicateAbove(Handle, 0);
        PollEntry[] entries = [new((int)handle.DangerousGetHandle())];
        while (DescriptorCalls.Poll(entries, -1) == 0 || !TryReap(out _, out _))
        {
        }

        Output.Drain(new byte[4096]);
        ErrorOutput.Drain(new byte[4096]);
        _hasExited = true;
        DescendantSweeper.Sweep(_cookie, _gone);
    }

    private bool TryReap(out int status, out bool isKnown)
    {
        _gate.Enter();
        try
        {
            // W2: until the leader is reaped its number, and so the group's, cannot be another's.
            if (ProcessCalls.IsZombie(ProcessId))
            {
                _ = ProcessCalls.Kill(-ProcessId, SignalNumber.Kill);
            }

            int reaped = ProcessCalls.TryReap(ProcessId, out status, out _cpuAtEnd);
            isKnown = reaped > 0;
            if (reaped == 0)
            {
                return false;
            }

            _isReaped = true;
            _handle.Dispose();
            _control.Dispose();
            _memoryFile?.Dispose();
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void SignalGroup(int signal)
    {
        _gate.Enter();
        try
        {
            // Whoever has ended already is the supervisor's: other code of the program may have reaped it, and the number be another's.
            if (!_isReaped && DescriptorCalls.Poll([new(Handle)], 0) == 0)
            {
                _ = ProcessCalls.Kill(-ProcessId, signal);
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    private unsafe long ReadResidentBytesLocked()
    {
        if (_memoryFile is null)
        {
            int file = DescriptorCalls.TryOpen($"/proc/{ProcessId}/statm", write: false);
            if (file < 0)
            {
                return 0;
            }

            _memoryFile = new(file, ownsHandle: true);
        }

        // Pages: the whole size, then what is resident.
        byte* text = stackalloc byte[128];
        int length = (int)DescriptorCalls.ReadAt((int)_memoryFile.DangerousGetHandle(), text, 128, 0);
        ReadOnlySpan<byte> fields = new(text, Math.Max(0, length));
        ReadOnlySpan<byte> resident = fields[(fields.IndexOf((byte)' ') + 1)..];
        int end = resident.IndexOf((byte)' ');
        return end > 0 && long.TryParse(resident[..end], NumberStyles.None, CultureInfo.InvariantCulture, out long pages)
            ? pages * Environment.SystemPageSize
            : 0;
    }

    private void OnErrorLine(string text, long? call)
    {
        _lastErrors.Add(text);
        _events.OnOutput(this, new(ProcessId, true, text, call));
    }

    /// <summary>The program's ends of what connects it with a new process.</summary>
    internal readonly record struct SpawnedParts(SafeFileHandle Handle, SafeFileHandle Control, SafeFileHandle Output, SafeFileHandle ErrorOutput);
}
