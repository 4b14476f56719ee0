using System.Diagnostics;
using System.Reflection;

namespace Overlap.Testing.Exploration;

/// <summary>A method that bears <see cref="ExploredAttribute"/>, ready to be explored.</summary>
[DebuggerDisplay("{Name,nq}")]
public sealed class ExploredProgram
{
    private readonly Func<ExplorationOptions, ExplorationResult> _run;
    private readonly Func<string, ExplorationOptions, ExplorationResult> _replay;

    private ExploredProgram(
        ExplorationOptions options, Func<ExplorationOptions, ExplorationResult> run, Func<string, ExplorationOptions, ExplorationResult> replay)
    {
        Options = options;
        _run = run;
        _replay = replay;
    }

    /// <summary>Its type and method.</summary>
    public string Name => Options.Name!;

    /// <summary>What its attribute asks for.</summary>
    public ExplorationOptions Options { get; }

    /// <summary>Explores it.</summary>
    /// <param name="options">Other options than its own.</param>
    public ExplorationResult Run(ExplorationOptions? options = null) => _run(options ?? Options);

    /// <summary>Repeats the schedule of a seed.</summary>
    /// <param name="seed">The seed that a failure showed.</param>
    /// <exception cref="ArgumentException"><paramref name="seed"/> was cut or mistyped, or is one of the other mode.</exception>
    public ExplorationResult Replay(string seed) => _replay(seed, Options);

    internal static ExploredProgram Of(MethodInfo method, ExploredAttribute attribute)
    {
        Type type = method.DeclaringType!;
        string name = $"{type.Name}.{method.Name}";
        ExplorationOptions options = attribute.ToOptions(name);
        if (!method.IsStatic && (type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null))
        {
            throw new InvalidOperationException($"{name} cannot be explored: its class has no constructor without parameters.");
        }

        if (Takes<TaskExplorer>(method) && method.ReturnType.IsAssignableTo(typeof(Task)))
        {
            Task Program(TaskExplorer x) => Bind<Func<TaskExplorer, Task>>(method)(x);
            return new ExploredProgram(options, chosen => Explore.Run(Program, chosen), (seed, chosen) => Explore.Replay(Program, seed, chosen));
        }

        if (Takes<ThreadExplorer>(method) && method.ReturnType == typeof(void))
        {
            void Program(ThreadExplorer x) => Bind<Action<ThreadExplorer>>(method)(x);
            return new ExploredProgram(options, chosen => Explore.RunThreads(Program, chosen), (seed, chosen) => Explore.ReplayThreads(Program, seed, chosen));
        }

        throw new InvalidOperationException($"{name} cannot be explored: it is not of the form Task M(TaskExplorer x) or void M(ThreadExplorer x).");
    }

    // An instance of its own for each schedule: fields are part of what a program makes anew.
    private static TDelegate Bind<TDelegate>(MethodInfo method)
        where TDelegate : Delegate =>
        method.CreateDelegate<TDelegate>(method.IsStatic ? null : Activator.CreateInstance(method.DeclaringType!));

    private static bool Takes<TExplorer>(MethodInfo method) =>
        !method.IsGenericMethod && method.GetParameters() is [{ } only] && only.ParameterType == typeof(TExplorer);
}
