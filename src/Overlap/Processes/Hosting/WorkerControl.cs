using Overlap.Processes.Native;
using Overlap.Processes.Workers;

namespace Overlap.Processes.Hosting;

/// <summary>The worker's side of the control socket: a thread that hears the pool, and hears when its process is gone.</summary>
internal sealed class WorkerControl
{
    private const int Socket = 3;
    private const int StackSize = 256 << 10;

    private readonly WorkerCookie _cookie;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _isAtWork = new();

    // Guarded by _gate: what came before anybody listened.
    private readonly List<byte> _early = [];
    private Action<byte>? _listener;

    private WorkerControl(WorkerCookie cookie) => _cookie = cookie;

    /// <summary>Makes this process one that does not outlive the pool's, nor leaves anything behind.</summary>
    public static WorkerControl Start(WorkerCookie cookie)
    {
        WorkerControl control = new(cookie);
        // W7: only this process holds the socket and the shared memory; what it starts must not.
        DescriptorCalls.KeepFromChildren(Socket);
        // W8: when the pool's process is gone the kernel sends this to a stopped worker's group, together with the signal to go on.
        ProcessCalls.Shrug(SignalNumber.HangUp);
        ProcessCalls.AdoptOrphans();
        new Thread(control.Run, StackSize) { IsBackground = true, Name = "overlap worker control" }.UnsafeStart();
        return control;
    }

    /// <summary>Hears every byte the pool sends, those before this call first. Called on the control thread: must neither block nor throw.</summary>
    /// <remarks>
    /// Returns when that thread is at work: calls that come afterwards may take every descriptor, and then nothing can be loaded any more that it begins with.
    /// </remarks>
    public void Listen(Action<byte> listener)
    {
        _isAtWork.Task.Wait();
        _gate.Enter();
        try
        {
            _early.ForEach(listener);
            _early.Clear();
            _listener = listener;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Run()
    {
        _isAtWork.SetResult();
        // W8: a worker that is only about to stop gets nothing of that; this comes anyway. It also comes when just a thread of the program ends: harmless,
        // which is why it is this signal and not the end itself.
        ProcessCalls.AskOnParentsEnd(SignalNumber.Continue);
        byte[] buffer = new byte[64];
        try
        {
            while (DescriptorCalls.Read(Socket, buffer) is int count and > 0)
            {
                Hear(buffer.AsSpan(0, count));
            }
        }
        finally
        {
            EndAll();
        }
    }

    private void Hear(ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes)
        {
            _gate.Enter();
            try
            {
                if (_listener is null)
                {
                    _early.Add(value);
                }
                else
                {
                    _listener(value);
                }
            }
            finally
            {
                _gate.Exit();
            }
        }
    }

    private void EndAll()
    {
        try
        {
            ProcessHunt.Descendants(_cookie);
        }
        finally
        {
            // W6: nothing of the worker runs on, whatever its threads are stuck in. Its group first: that is this process too.
            if (ProcessCalls.OwnGroup() == Environment.ProcessId)
            {
                _ = ProcessCalls.Kill(0, SignalNumber.Kill);
            }

            _ = ProcessCalls.Kill(Environment.ProcessId, SignalNumber.Kill);
        }
    }
}
