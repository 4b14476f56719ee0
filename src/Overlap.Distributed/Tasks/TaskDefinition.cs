using System.Collections.Immutable;
using System.Diagnostics;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>A task that a worker can run: its name, its parameters, how its calls are treated, and what runs them.</summary>
[DebuggerDisplay("{Name,nq}")]
public sealed class TaskDefinition
{
    private readonly TaskInvoker _invoke;

    /// <summary>Makes a definition. Mostly <see cref="TaskRegistry.Add(string, Delegate, TaskOptions?)"/> or generated code does.</summary>
    /// <param name="name">The name that clients call it by.</param>
    /// <param name="parameters">The parameters that a caller gives values for.</param>
    /// <param name="invoke">Runs it.</param>
    /// <param name="options">How its calls are treated; the default ones if there are none.</param>
    public TaskDefinition(string name, ImmutableArray<TaskParameter> parameters, TaskInvoker invoke, TaskOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(invoke);
        Name = name;
        Parameters = parameters.IsDefault ? [] : parameters;
        Options = options ?? TaskOptions.Default;
        _invoke = invoke;
    }

    /// <summary>The name that clients call it by.</summary>
    public string Name { get; }

    /// <summary>The parameters that a caller gives values for.</summary>
    public ImmutableArray<TaskParameter> Parameters { get; }

    /// <summary>How its calls are treated.</summary>
    public TaskOptions Options { get; }

    /// <summary>Runs a call.</summary>
    /// <param name="context">What the function may know of its call.</param>
    /// <param name="converter">Reads the arguments and writes the result.</param>
    /// <exception cref="TaskArgumentException">The arguments do not fit the parameters.</exception>
    internal ValueTask<WireValue> InvokeAsync(TaskContext context, WireConverter converter) =>
        _invoke(TaskArguments.Bind(this, context.Message.Args, context.Message.Kwargs, converter), context);

    /// <summary>The place of a parameter by the name that a caller wrote; -1 if there is none.</summary>
    internal int PlaceOf(string name)
    {
        for (int place = 0; place < Parameters.Length; place++)
        {
            if (Parameters[place].Name == name || Parameters[place].SnakeName == name)
            {
                return place;
            }
        }

        return -1;
    }
}
