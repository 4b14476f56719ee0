using Microsoft.Win32.SafeHandles;
using Overlap.Processes.Native;

namespace Overlap.Processes.Workers;

/// <summary>The one thread that watches the worker processes; it lives while there are any.</summary>
internal sealed class WorkerSupervisor
{
    // Reads between two looks at the process handles, so that a flood of output does not hide a death.
    private const int ReadsPerRound = 8;

    private static readonly Lock Gate = new();

    // Guarded by Gate.
    private static WorkerSupervisor? _running;

    // Guarded by Gate: who is watched, and whether that changed since the thread last looked.
    private readonly List<WorkerProcess> _watched = [];
    private bool _isChanged;

    private readonly SafeFileHandle _wakeUp = DescriptorCalls.EventCounter();

    // Owned by the thread.
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(64 << 10);
    private WorkerProcess[] _workers = [];
    private PollEntry[] _entries = [];
    private int _firstRead;

    private WorkerSupervisor()
    {
    }

    /// <summary>Watches a worker until its end.</summary>
    public static void Watch(WorkerProcess worker)
    {
        Gate.Enter();
        try
        {
            // W1: a thread that found nothing to watch took itself out under the gate, so this is either its list or a new thread's.
            WorkerSupervisor supervisor = _running ?? new();
            supervisor._watched.Add(worker);
            supervisor._isChanged = true;
            if (_running is null)
            {
                new Thread(supervisor.Run) { IsBackground = true, Name = "overlap worker supervisor" }.UnsafeStart();
                _running = supervisor;
            }
            else
            {
                _ = DescriptorCalls.WriteAll((int)supervisor._wakeUp.DangerousGetHandle(), BitConverter.GetBytes(1L));
            }
        }
        finally
        {
            Gate.Exit();
        }
    }

    private void Run()
    {
        while (TakeChanges())
        {
            _ = DescriptorCalls.Poll(_entries, -1);
            if (_entries[0].Found != 0)
            {
                _ = DescriptorCalls.Read(_entries[0].Descriptor, _buffer.AsSpan(0, 8));
            }

            FinishTheDead();
            ReadOutput();
        }
    }

    private bool TakeChanges()
    {
        Gate.Enter();
        try
        {
            if (_watched.Count == 0)
            {
                _running = null;
                _wakeUp.Dispose();
                return false;
            }

            if (_isChanged)
            {
                _isChanged = false;
                _workers = [.. _watched];
                _entries = new PollEntry[1 + (3 * _workers.Length)];
            }
        }
        finally
        {
            Gate.Exit();
        }

        _entries[0] = new((int)_wakeUp.DangerousGetHandle());
        for (int i = 0; i < _workers.Length; i++)
        {
            _entries[(3 * i) + 1] = new(_workers[i].Handle);
            _entries[(3 * i) + 2] = new(_workers[i].Output.Descriptor);
            _entries[(3 * i) + 3] = new(_workers[i].ErrorOutput.Descriptor);
        }

        return true;
    }

    private void FinishTheDead()
    {
        for (int i = 0; i < _workers.Length; i++)
        {
            if (_entries[(3 * i) + 1].Found != 0 && _workers[i].TryFinish(_buffer))
            {
                // What was found of its pipes is no longer true.
                _entries[(3 * i) + 2].Found = 0;
                _entries[(3 * i) + 3].Found = 0;
                Forget(_workers[i]);
            }
        }
    }

    private void Forget(WorkerProcess worker)
    {
        Gate.Enter();
        _ = _watched.Remove(worker);
        _isChanged = true;
        Gate.Exit();
    }

    private void ReadOutput()
    {
        // Where this round stops the next one starts, so that one flood does not silence the others.
        int pipes = 2 * _workers.Length;
        int reads = 0;
        for (int step = 0; step < pipes && reads < ReadsPerRound; step++)
        {
            int pipe = (_firstRead + step) % pipes;
            int worker = pipe / 2;
            if (_entries[(3 * worker) + 2 + (pipe % 2)].Found != 0)
            {
                OutputPipe output = pipe % 2 == 0 ? _workers[worker].Output : _workers[worker].ErrorOutput;
                _ = output.ReadOnce(_buffer);
                if (++reads == ReadsPerRound)
                {
                    _firstRead = pipe + 1;
                }
            }
        }
    }
}
