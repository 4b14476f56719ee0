using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>A function of the pool's process that can travel: what names it, and how its captured variables are written.</summary>
/// <remarks>One for all delegates of one method and type; what each of them captures is written when it is sent (F3).</remarks>
internal sealed class PortableFunction
{
    private static readonly ConditionalWeakTable<ValueCodecs, Cache> Caches = [];

    private readonly Type _delegateType;
    private readonly Type? _targetType;
    private readonly CapturedObject? _object;
    private readonly IFieldCodec? _value;
    private readonly byte[] _identity;

    private PortableFunction(Delegate function, CapturedObject? capturedObject, (Type Type, IFieldCodec Codec)? value)
    {
        _delegateType = function.GetType();
        _targetType = function.Target?.GetType();
        _object = capturedObject;
        _value = value?.Codec;
        Name = FunctionNames.Of(function.Method);
        HasCaptures = value is not null || capturedObject is { Fields.Length: > 0 };

        // What names a function is plain bytes: it needs nothing of a connection.
        PayloadWriter writer = new(border: null!);
        writer.Write((byte)(value is not null ? FunctionForm.OnValue : capturedObject is not null ? FunctionForm.OnObject : FunctionForm.Free));
        TypeIdentity.Write(writer, function.GetType());
        TypeIdentity.Write(writer, function.Method.DeclaringType!);
        writer.Write(function.Method.MetadataToken);
        TypeIdentity.WriteAll(writer, function.Method.GetGenericArguments());
        capturedObject?.WriteShape(writer);
        if (value is { } whole)
        {
            TypeIdentity.Write(writer, whole.Type);
        }

        _identity = writer.Written.ToArray();
    }

    /// <summary>The name for messages: <c>Program.Work</c>, or <c>lambda in Program.Main</c>.</summary>
    public string Name { get; }

    /// <summary>The bytes that <see cref="ResolvedFunction.Read"/> finds the function by: the same for each delegate of the method.</summary>
    public ReadOnlyMemory<byte> Identity => _identity;

    /// <summary>Whether each delegate brings values of its own.</summary>
    public bool HasCaptures { get; }

    /// <summary>Finds out how a function travels. Quick for a method seen before.</summary>
    /// <exception cref="NotPortableException">It cannot; the message names what stops it.</exception>
    public static PortableFunction Of(Delegate function, ValueCodecs codecs)
    {
        Cache cache = Caches.GetOrCreateValue(codecs);
        return cache.FindQuickly(function) ?? cache.Find(function) ?? cache.Add(function, Make(function, codecs));
    }

    /// <summary>Writes what a delegate captures, as it is now: writes by the worker do not come back.</summary>
    /// <exception cref="NotPortableException">A value cannot travel, though others of its type can.</exception>
    public void WriteCaptures(Delegate function, PayloadWriter writer)
    {
        if (!HasCaptures)
        {
            return;
        }

        CaptureSession? session = CaptureSession.Enter(_object is null or { HoldsFunctions: true }, writer);
        try
        {
            if (_object is null)
            {
                _value!.WriteObject(writer, function.Target);
            }
            else
            {
                _object.WriteValues(writer, function.Target, session);
            }
        }
        finally
        {
            CaptureSession.Exit(session);
        }
    }

    private static PortableFunction Make(Delegate function, ValueCodecs codecs)
    {
        MethodInfo method = function.Method;
        string? reason = !function.HasSingleTarget ? "it is several functions in one delegate; send them one by one"
            : method.DeclaringType is null || method.DeclaringType.Assembly.IsDynamic || IsDynamic(method)
                ? "it was made while the program runs, so no file holds its code; use a method or a lambda of the program"
            : null;
        if (reason is not null)
        {
            throw new NotPortableException($"{FunctionNames.Subject(method)} cannot travel to another process: {reason}.");
        }

        try
        {
            object? target = function.Target;
            return target is null ? Free(function)
                : method.IsStatic ? OnFirstArgument(function, codecs)
                : HasNoFields(target.GetType()) ? new PortableFunction(function, new CapturedObject(target.GetType(), []), null)
                : OnTarget(function, target, codecs);
        }
        catch (NotPortableException exception) when (exception.Subject is null)
        {
            throw new NotPortableException($"{FunctionNames.Subject(method)} cannot travel to another process: {exception.Message}", exception);
        }
    }

    private static bool IsDynamic(MethodInfo method)
    {
        try
        {
            return method.MetadataToken == 0;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    // A static method, perhaps closed over a null first argument, or a method whose object comes with each call.
    private static PortableFunction Free(Delegate function) => new(function, null, null);

    private static PortableFunction OnFirstArgument(Delegate function, ValueCodecs codecs)
    {
        ParameterInfo first = function.Method.GetParameters()[0];
        CaptureShape shape = new(codecs);
        return shape.CodecOf(first.ParameterType, out string reason) is { } codec
            ? new PortableFunction(function, null, (first.ParameterType, codec))
            : throw Refused(function.Method, [new Obstacle(first.Name ?? "the first argument", first.ParameterType, reason)]);
    }

    private static PortableFunction OnTarget(Delegate function, object target, ValueCodecs codecs)
    {
        Type type = target.GetType();
        CaptureShape shape = new(codecs);
        if (FrameworkTypes.Holds(type))
        {
            return shape.CodecOf(type, out string reason) is { } whole
                ? new PortableFunction(function, null, (type, whole))
                : throw Refused(function.Method, [new Obstacle("this", type, reason)]);
        }

        bool isClosure = FunctionNames.IsClosure(type);
        CapturedObject? fields = shape.Of(CaptureAnalysis.Run(function.Method, target), isClosure ? "" : "this.");
        return fields is not null ? new PortableFunction(function, fields, null)
            : !isClosure && shape.CodecOf(type, out _) is { } codec ? new PortableFunction(function, null, (type, codec))
            : throw Refused(function.Method, shape.Obstacles);
    }

    private static bool HasNoFields(Type type) => !CaptureAnalysis.FieldsOf(type).Any();

    private static NotPortableException Refused(MethodInfo method, IReadOnlyList<Obstacle> obstacles)
    {
        Obstacle first = obstacles[0];
        string others = string.Join(" and ", obstacles.Skip(1).Select(static other => $"'{other.Name}' ({FunctionNames.Of(other.Type)})"));
        string also = others.Length == 0 ? "" : $" Nor can {others}.";
        return new NotPortableException(
            $"{FunctionNames.Subject(method)} cannot travel to another process: it captures '{first.Name}' ({FunctionNames.Of(first.Type)}): {first.Reason}{Advice(first.Type)}{also}",
            first.Name);
    }

    private static string Advice(Type type) =>
        typeof(IDisposable).IsAssignableFrom(type) && !type.IsAbstract && type != typeof(CancellationTokenSource) && type.GetConstructor([]) is not null
            ? $" For example WorkerState = () => new {FunctionNames.Of(type)}()."
            : "";

    private bool Fits(object? target) => _object is null || _object.Fits(target);

    private sealed record Seen(Delegate? Function, nint Code, Type DelegateType, Type? TargetType, PortableFunction Portable);

    /// <summary>The functions seen with one set of codecs.</summary>
    private sealed class Cache
    {
        private const int RecentCount = 64;

        // More than one where delegates of a method, or the objects around it, are of different types. Keyed by a plain reference: the runtime
        // has that dictionary's code ready, and the first call of a program waits for this one.
        private readonly ConcurrentDictionary<MethodInfo, PortableFunction[]> _functions = new();

        // Hints only: whoever comes last leaves one.
        private readonly Seen?[] _recent = new Seen?[RecentCount];
        private Seen? _last;

        /// <summary>Finds a function without asking for its method, which is slow on a new delegate.</summary>
        public PortableFunction? FindQuickly(Delegate function)
        {
            if (_last is { } last && ReferenceEquals(last.Function, function))
            {
                return last.Portable;
            }

            if (function.Target is not { } target || DelegateParts.CodeOf(function) is not (not 0 and nint code))
            {
                return null;
            }

            return _recent[SlotOf(code)] is { } seen && seen.Code == code && seen.TargetType == target.GetType() && seen.DelegateType == function.GetType()
                && seen.Portable.Fits(target) ? seen.Portable : null;
        }

        public PortableFunction? Find(Delegate function)
        {
            if (function.HasSingleTarget && _functions.TryGetValue(function.Method, out PortableFunction[]? variants))
            {
                object? target = function.Target;
                foreach (PortableFunction variant in variants)
                {
                    if (variant._delegateType == function.GetType() && variant._targetType == target?.GetType() && variant.Fits(target))
                    {
                        return Remember(function, variant);
                    }
                }
            }

            return null;
        }

        public PortableFunction Add(Delegate function, PortableFunction portable)
        {
            _functions.AddOrUpdate(function.Method, static (_, added) => [added], static (_, variants, added) => [.. variants, added], portable);
            return Remember(function, portable);
        }

        // Code begins at round addresses: their low bits say little.
        private static int SlotOf(nint code) => (int)(((nuint)code >> 3) ^ ((nuint)code >> 9)) & (RecentCount - 1);

        private PortableFunction Remember(Delegate function, PortableFunction portable)
        {
            if (function.Target is { } target && DelegateParts.CodeOf(function) is not 0 and nint code)
            {
                _recent[SlotOf(code)] = new Seen(null, code, function.GetType(), target.GetType(), portable);
            }

            if (!portable.HasCaptures)
            {
                // One that captures nothing is mostly one delegate, used again and again; another would only be kept alive here.
                _last = new Seen(function, 0, function.GetType(), null, portable);
            }

            return portable;
        }
    }
}
