using System.Reflection;
using System.Runtime.CompilerServices;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>Follows a task from the method that it stands for, over what that awaits, down to what nobody runs.</summary>
/// <remarks>
/// Reads the runtime's and the compiler's own fields, by name; where they are called otherwise the walk ends early and less is told. Only
/// failures are told so, thus the cost does not matter.
/// </remarks>
internal static class AsyncStack
{
    private const BindingFlags Fields = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
    private const int Deepest = 64;

    /// <summary>Where the program's innermost method stands, and what is awaited there in the end.</summary>
    /// <param name="task">A task, or a continuation of one.</param>
    /// <param name="isEnd">Where else to end: at the task of another lane.</param>
    public static (SourceLine? Place, object? Awaited) Of(object? task, Func<object, bool> isEnd)
    {
        SourceLine? place = null;
        object? awaited = task;
        for (int depth = 0; depth < Deepest && awaited is not null && !isEnd(awaited) && MachineOf(awaited) is { } machine; depth++)
        {
            int state = machine.GetType().GetField("<>1__state", Fields)?.GetValue(machine) as int? ?? -1;
            if (SourceLines.IsOfProgram(machine.GetType()))
            {
                place = SourceLines.OfAwait(machine.GetType(), state) ?? place;
            }

            awaited = AwaitedBy(machine);
        }

        return (place, awaited);
    }

    /// <summary>Whether a fault was seen by anybody: awaited, or looked at.</summary>
    public static bool IsObserved(Task faulted)
    {
        object? properties = typeof(Task).GetField("m_contingentProperties", Fields)?.GetValue(faulted);
        object? holder = properties?.GetType().GetField("m_exceptionsHolder", Fields)?.GetValue(properties);
        return holder?.GetType().GetField("m_isHandled", Fields)?.GetValue(holder) as bool? ?? false;
    }

    /// <summary>Whether a task waits for a timer of the system.</summary>
    public static bool IsSystemTimer(object? awaited)
    {
        for (Type? type = awaited?.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField("_timer", Fields | BindingFlags.DeclaredOnly)?.GetValue(awaited) is { } timer)
            {
                return timer.GetType().Name == "TimerQueueTimer";
            }
        }

        return false;
    }

    private static IAsyncStateMachine? MachineOf(object box)
    {
        object? holder = box is Delegate { Target: { } target } ? target : box;
        for (Type? type = holder.GetType(); type is not null; type = type.BaseType)
        {
            if (type.GetField("StateMachine", Fields | BindingFlags.DeclaredOnly)?.GetValue(holder) is IAsyncStateMachine machine)
            {
                return machine;
            }
        }

        return null;
    }

    private static object? AwaitedBy(IAsyncStateMachine machine)
    {
        foreach (FieldInfo field in machine.GetType().GetFields(Fields))
        {
            if (field.Name.StartsWith("<>u__", StringComparison.Ordinal) && Reference(field.GetValue(machine), 4) is { } awaited)
            {
                return awaited;
            }
        }

        return null;
    }

    /// <summary>The first object inside an awaiter, which is what it awaits.</summary>
    private static object? Reference(object? value, int depth)
    {
        if (value is null || depth == 0)
        {
            return null;
        }

        if (!value.GetType().IsValueType)
        {
            return value;
        }

        return value.GetType().IsPrimitive
            ? null
            : value.GetType().GetFields(Fields).Select(field => Reference(field.GetValue(value), depth - 1)).FirstOrDefault(static found => found is not null and not string);
    }
}
