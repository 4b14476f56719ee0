using System.Reflection;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>What was written, or read, of a function that captures functions: these may share its scope, or call it.</summary>
/// <remarks>
/// Both sides count the objects in the same order and keep which of their fields are done. A function that meets an object again writes its number
/// and only the fields that are still missing: so a function that captures itself ends, and two that share a variable still share it there (F5).
/// </remarks>
internal sealed class CaptureSession
{
    private const int First = 2;
    private const int DeepestFunction = 48;

    [ThreadStatic]
    private static CaptureSession? _current;

    private readonly Dictionary<object, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly List<(object Instance, HashSet<FieldInfo> Done)> _objects = [];
    private readonly PayloadWriter? _writer;
    private readonly CaptureSession? _outer;
    private int _depth;

    private CaptureSession(PayloadWriter? writer, CaptureSession? outer)
    {
        _writer = writer;
        _outer = outer;
    }

    /// <summary>Begins a function: inside of another one that one's session goes on; else a new one begins, if it is needed.</summary>
    /// <param name="holdsFunctions">Whether a function may be among the captured values.</param>
    /// <param name="writer">Where it is written to; <see langword="null"/> when it is read.</param>
    /// <returns>What to hand to <see cref="Exit"/>.</returns>
    public static CaptureSession? Enter(bool holdsFunctions, PayloadWriter? writer)
    {
        CaptureSession? session = _current;
        if (session is null || session._writer != writer)
        {
            // A value's own code may send something else while it is written: that is no part of this function.
            return holdsFunctions ? _current = new CaptureSession(writer, session) { _depth = 1 } : null;
        }

        if (session._depth >= DeepestFunction)
        {
            throw writer is null
                ? PayloadException.Nonsense("function")
                : new NotPortableException($"The function cannot travel to another process: functions capture functions more than {DeepestFunction} deep.");
        }

        session._depth++;
        return session;
    }

    /// <summary>Ends what <see cref="Enter"/> began.</summary>
    public static void Exit(CaptureSession? session)
    {
        if (session is not null && --session._depth == 0)
        {
            _current = session._outer;
        }
    }

    /// <summary>Gives the number to write, and the fields of the object that were written.</summary>
    /// <returns>1 for an object that is new.</returns>
    public int NumberOf(object instance, out HashSet<FieldInfo> done)
    {
        if (_numbers.TryGetValue(instance, out int number))
        {
            done = _objects[number - First].Done;
            return number;
        }

        _numbers.Add(instance, _objects.Count + First);
        done = [];
        _objects.Add((instance, done));
        return 1;
    }

    /// <summary>Gives an object that was read.</summary>
    public object? Find(int number) => number - First < _objects.Count ? _objects[number - First].Instance : null;

    /// <summary>Gives the fields of the object that were read.</summary>
    public HashSet<FieldInfo> FieldsOf(int number, object instance)
    {
        if (number >= First)
        {
            return _objects[number - First].Done;
        }

        HashSet<FieldInfo> done = [];
        _objects.Add((instance, done));
        return done;
    }
}
