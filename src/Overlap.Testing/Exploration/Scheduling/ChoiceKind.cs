namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>What a choice is about.</summary>
internal enum ChoiceKind
{
    /// <summary>The lane that ran last can go on and is the first; another choice is a preemption.</summary>
    Preemption,

    /// <summary>The lane that ran last waits, has ended or gives way: any choice is free.</summary>
    Switch,

    /// <summary>The program asks for a number.</summary>
    Data,
}
