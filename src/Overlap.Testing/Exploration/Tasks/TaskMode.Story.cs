using System.Diagnostics;
using Overlap.Synchronization;
using Overlap.Waiting;

namespace Overlap.Testing.Exploration.Tasks;

/// <summary>What is told of a run, and what is known of primitives for it.</summary>
internal sealed partial class TaskMode
{
    private readonly List<(object Primitive, TaskLane Lane)> _holders = [];
    private readonly List<object> _names = [];   // Primitives in the order in which they were first told of.

    public string NameOf(int lane) => lane < _lanes.Count ? _lanes[lane].Name : "clock";

    public void Tell(string action, string file, int line, string? remark = null)
    {
        if (IsExplained)
        {
            _schedule.Tell(CurrentOrThrow().Name, action, file, line, remark);
        }
    }

    public void OnNote(object primitive, PrimitiveNote note)
    {
        if (_current is not { } lane)
        {
            return;
        }

        switch (note)
        {
            case PrimitiveNote.Entered when IsHeld(primitive):
                _holders.Add((primitive, lane));
                break;
            case PrimitiveNote.Entered when primitive is AsyncConditionVariable && lane.Left is { } left:
                _holders.Add((left, lane));
                break;
            case PrimitiveNote.Waits:
                lane.WaitsFor = primitive;
                break;
            case PrimitiveNote.Left:
                Leave(primitive, lane);
                break;
            default:
                break;
        }

        if (IsExplained)
        {
            string name = TextOf(primitive);
            bool isLock = IsHeld(primitive) && primitive is not (AsyncSemaphore or SemaphoreSlim);
            string action = note switch
            {
                PrimitiveNote.Entered => isLock ? $"enters {name}" : IsHeld(primitive) ? $"takes of {name}" : primitive is AsyncConditionVariable ? $"is back from {name}" : $"passes {name}",
                PrimitiveNote.Waits => $"waits for {name}",
                PrimitiveNote.Left => isLock ? $"leaves {name}" : $"gives back to {name}",
                _ => $"signals {name}",
            };
            Tell(action, LineOfCaller(), note == PrimitiveNote.Waits && HoldersOf(primitive, lane) is { Length: > 0 } holders ? $"held by {holders}" : null);
        }
    }

    private static SourceLine? LineOfCaller() => SourceLines.OfProgram(new StackTrace(2, fNeedFileInfo: true));

    private static string TypeText(Type type)
    {
        int arity = type.Name.IndexOf('`', StringComparison.Ordinal);
        return arity < 0 ? type.Name : type.Name[..arity];
    }

    private void Tell(string action, SourceLine? place, string? remark = null)
    {
        place ??= _place;
        _schedule.Tell(CurrentOrThrow().Name, action, place?.File, place?.Line ?? 0, remark);
    }

    // Who takes these has them until they are given back; who passes an event has nothing.
    private static bool IsHeld(object primitive) =>
        primitive is AsyncLock or AsyncReaderWriterLock or AsyncSemaphore or SemaphoreSlim || primitive.GetType().Name.Contains("Lock", StringComparison.Ordinal);

    private void Leave(object primitive, TaskLane lane)
    {
        lane.Left = primitive;
        int held = _holders.FindLastIndex(pair => ReferenceEquals(pair.Primitive, primitive) && ReferenceEquals(pair.Lane, lane));
        held = held >= 0 ? held : _holders.FindLastIndex(pair => ReferenceEquals(pair.Primitive, primitive));
        if (held >= 0)
        {
            _holders.RemoveAt(held);
        }
    }

    // With its number among those of its type; EndStory takes the number away where there is one only.
    private string TextOf(object primitive)
    {
        string type = TypeText(primitive.GetType());
        if (!_names.Contains(primitive, ReferenceEqualityComparer.Instance))
        {
            _names.Add(primitive);
        }

        int number = 0;
        foreach (object named in _names)
        {
            number += named.GetType() == primitive.GetType() ? 1 : 0;
            if (ReferenceEquals(named, primitive))
            {
                break;
            }
        }

        return $"{type} {number}";
    }

    private StepStory BeginStory(in ReadyStep step)
    {
        SourceLine? place = step.File is { } file ? new SourceLine(file, step.Line)
            : AsyncStack.Of(step.State ?? step.Work, IsLane).Place ?? StackOf(step.Lane).Place;
        _place = place;
        return new StepStory(_schedule.Story.Count, step.Lane.HasStarted);
    }

    /// <summary>Tells of a step that told nothing itself.</summary>
    private void EndStory(TaskLane lane, StepStory story)
    {
        lane.Suspended = lane.IsEnded ? default : StackOf(lane);
        if (lane is { IsEnded: true, Fault: { } exception } && _failure is null)
        {
            SourceLine? thrown = SourceLines.OfProgram(new StackTrace(exception, fNeedFileInfo: true)) ?? _place;
            _schedule.Tell(lane.Name, $"ends with {exception.GetType().Name}", thrown?.File, thrown?.Line ?? 0);
            lane.Fault = null;
        }

        if (_schedule.Story.Count > story.Told || _failure is not null || (lane.Id == 0 && (!story.HadStarted || lane.IsEnded)))
        {
            return;
        }

        SourceLine? place = _place ?? lane.Suspended.Place;
        string action = lane.Id == ClockId ? "a timer fires" : !story.HadStarted ? "starts" : lane.IsEnded ? "goes on to its end" : "goes on";
        _schedule.Tell(lane.Name, action, place?.File, place?.Line ?? 0);
    }

    private void EndStory()
    {
        foreach (IGrouping<Type, object> only in _names.GroupBy(static primitive => primitive.GetType()).Where(static group => group.Count() == 1))
        {
            string numbered = $"{TypeText(only.Key)} 1";
            _schedule.Amend(text => text.Replace(numbered, TypeText(only.Key), StringComparison.Ordinal));
            _message = _message.Replace(numbered, TypeText(only.Key), StringComparison.Ordinal);
        }
    }

    /// <summary>A step as it was before it ran.</summary>
    private readonly record struct StepStory(int Told, bool HadStarted);
}
