using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Starts children: each in a process group of its own, with nothing to read, and with what it writes going where it should.</summary>
/// <remarks>
/// By <c>posix_spawn</c>, which does not copy this program's page tables: what is the same for all is prepared once, and a child takes three
/// system calls without pipes and eleven with them. Thread-safe after its making.
/// </remarks>
internal sealed unsafe class ChildSpawner : IChildSpawner
{
    private const short SetGroup = 0x02;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;
    private const int SetSize = 128;

    private readonly byte* _attributes = (byte*)NativeMemory.AllocZeroed(ChildCalls.OpaqueSize);
    private readonly byte* _signals = (byte*)NativeMemory.AllocZeroed(2 * SetSize);
    private readonly WordBlock _environment = new();
    private readonly string _run = ChildCookie.CreateRun();
    private readonly int _nothing;
    private readonly int _discard;
    private readonly int _nice;
    private readonly TimeProvider _timeProvider;

    [ThreadStatic]
    private static bool _isNice;

    /// <param name="nice">What is added to the niceness of children; 0 for nothing.</param>
    /// <param name="timeProvider">The clock.</param>
    /// <exception cref="RunException">The system lacks what it takes.</exception>
    public ChildSpawner(int nice, TimeProvider timeProvider)
    {
        _nice = nice;
        _timeProvider = timeProvider;
        _nothing = ChildCalls.OpenForReading("/dev/null");
        _discard = ChildCalls.OpenForWriting("/dev/null");
        if (_nothing < 0 || _discard < 0)
        {
            throw new RunException(Jobs.ExitCode.Environment, "cannot open /dev/null");
        }

        // The runtime ignores SIGPIPE, and a child would inherit that; no other signal is ignored here that our caller did not ignore.
        byte* defaults = _signals + SetSize;
        defaults[(ChildCalls.SignalPipe - 1) / 8] |= 1 << ((ChildCalls.SignalPipe - 1) % 8);
        _ = ChildCalls.InitializeAttributes(_attributes);
        _ = ChildCalls.SetFlags(_attributes, SetGroup | SetDefaultSignals | SetSignalMask);
        _ = ChildCalls.SetMask(_attributes, _signals);
        _ = ChildCalls.SetDefaults(_attributes, defaults);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if ((string)entry.Key != ChildCookie.Variable)
            {
                _environment.AddWord(Encoding.UTF8.GetBytes($"{entry.Key}={entry.Value}"));
            }
        }

        _ = _environment.ToArray();
    }

    /// <inheritdoc/>
    public Child? TrySpawn(byte[] program, WordBlock words, long sequence, OutputRouting routing, IChildOutput? output, out int error)
    {
        BeNice();
        byte* actions = stackalloc byte[ChildCalls.OpaqueSize];
        int outputPipe = -1;
        int theirOutput = -1;
        int errorPipe = -1;
        int theirError = -1;
        if (routing == OutputRouting.Piped
            && !(ChildCalls.TryPipe(out outputPipe, out theirOutput) && ChildCalls.TryPipe(out errorPipe, out theirError)))
        {
            error = Marshal.GetLastPInvokeError();
            Close(outputPipe);
            Close(theirOutput);
            return null;
        }

        _ = ChildCalls.InitializeActions(actions);
        _ = ChildCalls.AddDuplicate(actions, _nothing, 0);
        if (routing != OutputRouting.Direct)
        {
            _ = ChildCalls.AddDuplicate(actions, routing == OutputRouting.Piped ? theirOutput : _discard, 1);
            _ = ChildCalls.AddDuplicate(actions, routing == OutputRouting.Piped ? theirError : _discard, 2);
        }

        ChildCookie cookie = ChildCookie.Of(_run, sequence);
        long startedAt = _timeProvider.GetTimestamp();
        int processId = Spawn(program, words, cookie, actions, out error);
        _ = ChildCalls.DestroyActions(actions);
        Close(theirOutput);
        Close(theirError);
        if (error != 0)
        {
            Close(outputPipe);
            Close(errorPipe);
            return null;
        }

        return new Child(processId, cookie, output) { StartedAt = startedAt, OutputPipe = outputPipe, ErrorPipe = errorPipe };
    }

    public void Dispose()
    {
        _ = ChildCalls.Close(_nothing);
        _ = ChildCalls.Close(_discard);
        _ = ChildCalls.DestroyAttributes(_attributes);
        NativeMemory.Free(_attributes);
        NativeMemory.Free(_signals);
        _environment.Dispose();
    }

    private int Spawn(byte[] program, WordBlock words, ChildCookie cookie, byte* actions, out int error)
    {
        // The environment is the program's own, and the cookie; the array is this thread's, what it points to is everybody's.
        byte** shared = _environment.ToSharedArray();
        byte** environment = stackalloc byte*[_environment.Count + 2];
        for (int i = 0; i < _environment.Count; i++)
        {
            environment[i] = shared[i];
        }

        ReadOnlySpan<byte> name = "OVERLAP_ITEM="u8;
        byte* variable = stackalloc byte[name.Length + cookie.Value.Length + 1];
        name.CopyTo(new Span<byte>(variable, name.Length));
        int length = Encoding.ASCII.GetBytes(cookie.Value, new Span<byte>(variable + name.Length, cookie.Value.Length));
        variable[name.Length + length] = 0;
        environment[_environment.Count] = variable;
        environment[_environment.Count + 1] = null;
        int processId;
        fixed (byte* path = program)
        {
            error = ChildCalls.Spawn(&processId, path, actions, _attributes, words.ToArray(), environment);
        }

        return processId;
    }

    private void BeNice()
    {
        // Niceness is a thread's on this system, and a child's is that of the thread that starts it.
        if (_nice != 0 && !_isNice)
        {
            _isNice = ChildCalls.BeNice(_nice);
        }
    }

    private static void Close(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = ChildCalls.Close(descriptor);
        }
    }
}
