namespace Overlap.Processes.Functions;

/// <summary>What a delegate is bound to.</summary>
internal enum FunctionForm : byte
{
    /// <summary>Nothing.</summary>
    Free,

    /// <summary>An object of which some fields travel, perhaps none.</summary>
    OnObject,

    /// <summary>A value that travels whole: an object that is data, or the first argument of a static method.</summary>
    OnValue,
}
