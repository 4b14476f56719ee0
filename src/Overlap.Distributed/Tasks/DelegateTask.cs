using System.Linq.Expressions;
using System.Reflection;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>Makes a task of a function that is only known as a delegate: its parameters are looked at once, and its calls compiled.</summary>
internal static class DelegateTask
{
    private static readonly ParameterExpression Arguments = Expression.Parameter(typeof(TaskArguments), "arguments");
    private static readonly ParameterExpression Context = Expression.Parameter(typeof(TaskContext), "context");

    public static TaskDefinition Define(string name, Delegate function, TaskOptions? options)
    {
        List<TaskParameter> parameters = [];
        List<Expression> values = [];
        foreach (ParameterInfo parameter in function.Method.GetParameters()[ClosedOver(function)..])
        {
            if (parameter.ParameterType.IsByRef)
            {
                throw new ArgumentException($"The parameter '{parameter.Name}' of '{name}' is passed by reference: nothing can be sent there.", nameof(function));
            }

            values.Add(ValueOf(parameter, parameters));
        }

        Expression call = Expression.Invoke(Expression.Constant(function), values);
        TaskInvoker invoke = Expression.Lambda<TaskInvoker>(Adapt(call), name, [Arguments, Context]).Compile();
        return new TaskDefinition(name, [.. parameters], invoke, options);
    }

    // A delegate over an extension method, or one made by the expression compiler, hides its first parameter.
    private static int ClosedOver(Delegate function) =>
        function.Method.GetParameters().Length - function.GetType().GetMethod("Invoke")!.GetParameters().Length;

    private static Expression ValueOf(ParameterInfo parameter, List<TaskParameter> parameters)
    {
        Type type = parameter.ParameterType;
        if (type == typeof(TaskContext))
        {
            return Context;
        }

        if (type == typeof(CancellationToken))
        {
            return Expression.Property(Context, nameof(TaskContext.CancellationToken));
        }

        Expression index = Expression.Constant(parameters.Count);
        parameters.Add(new TaskParameter(parameter.Name ?? $"argument{parameters.Count}", type, parameter.HasDefaultValue));
        return parameter.HasDefaultValue
            ? Expression.Call(Arguments, nameof(TaskArguments.ReadOr), [type], index, DefaultOf(parameter))
            : Expression.Call(Arguments, nameof(TaskArguments.Read), [type], index);
    }

    private static Expression DefaultOf(ParameterInfo parameter) => parameter.DefaultValue is { } value
        ? Expression.Convert(Expression.Constant(value), parameter.ParameterType)
        : Expression.Default(parameter.ParameterType);

    private static Expression Adapt(Expression call)
    {
        Type type = call.Type;
        if (type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<WireValue>)));
        }

        Type? generic = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        return type == typeof(Task) ? Expression.Call(typeof(DelegateTask), nameof(FromTask), [], call)
            : type == typeof(ValueTask) ? Expression.Call(typeof(DelegateTask), nameof(FromValueTask), [], call)
            : generic == typeof(Task<>) ? Expression.Call(typeof(DelegateTask), nameof(FromTaskOf), type.GetGenericArguments(), call, Arguments)
            : generic == typeof(ValueTask<>) ? Expression.Call(typeof(DelegateTask), nameof(FromValueTaskOf), type.GetGenericArguments(), call, Arguments)
            : Expression.Call(typeof(DelegateTask), nameof(FromValue), [type], call, Arguments);
    }

    private static ValueTask<WireValue> FromValue<T>(T result, TaskArguments arguments) => new(arguments.Write(result));

    private static async ValueTask<WireValue> FromTask(Task task)
    {
        await task.ConfigureAwait(false);
        return default;
    }

    private static async ValueTask<WireValue> FromValueTask(ValueTask task)
    {
        await task.ConfigureAwait(false);
        return default;
    }

    private static async ValueTask<WireValue> FromTaskOf<T>(Task<T> task, TaskArguments arguments) =>
        arguments.Write(await task.ConfigureAwait(false));

    private static async ValueTask<WireValue> FromValueTaskOf<T>(ValueTask<T> task, TaskArguments arguments) =>
        arguments.Write(await task.ConfigureAwait(false));
}
