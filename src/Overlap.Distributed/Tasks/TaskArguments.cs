using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>The arguments of a call, in the order of its task's parameters.</summary>
/// <remarks>Cost: none for a call by position that gives all; one array where arguments are named or left out.</remarks>
public readonly struct TaskArguments
{
    private readonly TaskDefinition _definition;
    private readonly WireConverter _converter;
    private readonly ImmutableArray<WireValue> _values;

    // Which were given; null: all of them.
    private readonly bool[]? _given;

    private TaskArguments(TaskDefinition definition, WireConverter converter, ImmutableArray<WireValue> values, bool[]? given)
    {
        _definition = definition;
        _converter = converter;
        _values = values;
        _given = given;
    }

    /// <summary>Reads an argument.</summary>
    /// <param name="index">The place of its parameter.</param>
    /// <exception cref="TaskArgumentException">It does not fit the type.</exception>
    public T Read<T>(int index)
    {
        try
        {
            return _converter.Read<T>(_values[index]);
        }
        catch (WireConversionException exception)
        {
            throw new TaskArgumentException($"{_definition.Name}() argument '{_definition.Parameters[index].Name}': {exception.Message}", exception);
        }
    }

    /// <summary>Reads an argument that may have been left out.</summary>
    /// <param name="index">The place of its parameter.</param>
    /// <param name="otherwise">The value of one that was left out.</param>
    /// <exception cref="TaskArgumentException">It does not fit the type.</exception>
    public T ReadOr<T>(int index, T otherwise) => _given is null || _given[index] ? Read<T>(index) : otherwise;

    /// <summary>Writes what the function returned.</summary>
    /// <exception cref="WireConversionException">It has no form in which to travel.</exception>
    public WireValue Write<T>(T result) => _converter.Write(result);

    /// <summary>Brings the arguments of a call into the order of the parameters.</summary>
    /// <exception cref="TaskArgumentException">There are too many, too few, or one of a name that the task does not have.</exception>
    internal static TaskArguments Bind(TaskDefinition definition, ImmutableArray<WireValue> args, WireMap kwargs, WireConverter converter)
    {
        ImmutableArray<TaskParameter> parameters = definition.Parameters;
        if (args.Length > parameters.Length)
        {
            throw new TaskArgumentException(
                $"{definition.Name}() takes {Counted(parameters.Length, "positional argument")} but {args.Length} {(args.Length == 1 ? "was" : "were")} given");
        }

        if (kwargs.Count == 0 && args.Length == parameters.Length)
        {
            return new TaskArguments(definition, converter, args, given: null);
        }

        WireValue[] values = new WireValue[parameters.Length];
        bool[] given = new bool[parameters.Length];
        args.CopyTo(values);
        given.AsSpan(0, args.Length).Fill(true);
        foreach (ref readonly KeyValuePair<string, WireValue> named in kwargs.AsSpan())
        {
            int place = definition.PlaceOf(named.Key);
            if (place < 0)
            {
                throw new TaskArgumentException($"{definition.Name}() got an unexpected keyword argument {PythonRepr.Of(named.Key)}");
            }

            if (given[place])
            {
                throw new TaskArgumentException($"{definition.Name}() got multiple values for argument {PythonRepr.Of(named.Key)}");
            }

            values[place] = named.Value;
            given[place] = true;
        }

        ThrowIfMissing(definition, given);
        return new TaskArguments(definition, converter, ImmutableArray.Create(values), given);
    }

    private static void ThrowIfMissing(TaskDefinition definition, bool[] given)
    {
        string[] missing = [.. definition.Parameters.Where((parameter, place) => !given[place] && !parameter.IsOptional).Select(static parameter => $"'{parameter.Name}'")];
        if (missing.Length > 0)
        {
            string names = missing.Length == 1 ? missing[0] : $"{string.Join(", ", missing[..^1])} and {missing[^1]}";
            throw new TaskArgumentException($"{definition.Name}() missing {Counted(missing.Length, "required positional argument")}: {names}");
        }
    }

    private static string Counted(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
