using System.Reflection;
using Overlap.Testing.Exploration.Scheduling;
using Overlap.Testing.Exploration.Tasks;
using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration;

/// <summary>Runs a small concurrent program under many schedules, looking for one that breaks it.</summary>
/// <remarks>
/// The program is run on a thread of the explorer's own; the caller waits. It is called anew for each schedule and must make all that it works
/// on anew. Nothing of the caller's context reaches it.
/// </remarks>
public static class Explore
{
    /// <summary>Explores a program of tasks.</summary>
    /// <param name="program">The program: starts tasks, and asserts what must hold in every order.</param>
    /// <param name="options">How far and in which way.</param>
    /// <returns>What was found; <see cref="ExplorationResult.ThrowIfFailed"/> makes a test of it.</returns>
    public static ExplorationResult Run(Func<TaskExplorer, Task> program, ExplorationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        options ??= new ExplorationOptions();
        return ExplorationLoop.Explore(new TaskMode(program, options), options, NameOf(program, options));
    }

    /// <summary>Repeats the schedule of a seed and tells its story.</summary>
    /// <param name="program">The program that the seed was made for.</param>
    /// <param name="seed">The seed that a failure showed.</param>
    /// <param name="options">The options of the exploration that found it.</param>
    /// <exception cref="ArgumentException"><paramref name="seed"/> was cut or mistyped, or is one of the other mode.</exception>
    public static ExplorationResult Replay(Func<TaskExplorer, Task> program, string seed, ExplorationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(seed);
        options ??= new ExplorationOptions();
        return ExplorationLoop.Replay(new TaskMode(program, options), seed, options, NameOf(program, options));
    }

    /// <summary>Explores a program of threads, of which one runs at a time.</summary>
    /// <param name="program">The program: starts threads, and asserts what must hold in every order. It uses the stand-ins where it would use the runtime's own types.</param>
    /// <param name="options">How far and in which way.</param>
    /// <returns>What was found; <see cref="ExplorationResult.ThrowIfFailed"/> makes a test of it.</returns>
    public static ExplorationResult RunThreads(Action<ThreadExplorer> program, ExplorationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        options ??= new ExplorationOptions();
        return ExplorationLoop.Explore(new ThreadMode(program, options), options, NameOf(program, options));
    }

    /// <inheritdoc cref="Replay"/>
    public static ExplorationResult ReplayThreads(Action<ThreadExplorer> program, string seed, ExplorationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(seed);
        options ??= new ExplorationOptions();
        return ExplorationLoop.Replay(new ThreadMode(program, options), seed, options, NameOf(program, options));
    }

    /// <summary>Finds the methods of an assembly that bear <see cref="ExploredAttribute"/>.</summary>
    /// <param name="assembly">Where to look.</param>
    /// <returns>The programs, by name.</returns>
    /// <exception cref="InvalidOperationException">A method bears the attribute and cannot be explored; the message says why.</exception>
    public static IReadOnlyList<ExploredProgram> Find(Assembly assembly)
    {
        ArgumentNullException.ThrowIfNull(assembly);
        const BindingFlags Any = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        return
        [
            .. from type in assembly.GetTypes()
               from method in type.GetMethods(Any)
               let attribute = method.GetCustomAttribute<ExploredAttribute>()
               where attribute is not null
               orderby type.FullName, method.Name
               select ExploredProgram.Of(method, attribute),
        ];
    }

    // A lambda's name is <Outer>b__0_1, in top-level statements <<Main>$>b__0_1: the method around it says more.
    internal static string MethodOf(string name) =>
        name.StartsWith('<') && name.IndexOf('>') is > 1 and int end ? name[..end].TrimStart('<') : name;

    private static string NameOf(Delegate program, ExplorationOptions options) => options.Name ?? MethodOf(program.Method.Name);
}
