using System.Reflection;
using System.Runtime.CompilerServices;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>A function that the pool named, found in a worker.</summary>
internal sealed class ResolvedFunction
{
    private readonly Type _delegateType;
    private readonly MethodInfo _method;
    private readonly CapturedObject? _object;
    private readonly IFieldCodec? _value;

    private readonly Delegate? _bound;

    // The first one made, from which others are copied; whoever comes first leaves it.
    private volatile Delegate? _pattern;

    private ResolvedFunction(Type delegateType, MethodInfo method, CapturedObject? capturedObject, IFieldCodec? value)
    {
        _delegateType = delegateType;
        _method = method;
        _object = capturedObject;
        _value = value;
        if (!HasCaptures)
        {
            _bound = Make(capturedObject is null ? null : RuntimeHelpers.GetUninitializedObject(capturedObject.Type));
        }
    }

    /// <summary>Whether values of captured variables come with each call.</summary>
    public bool HasCaptures => _value is not null || _object is { Fields.Length: > 0 };

    /// <summary>Finds the function that <see cref="PortableFunction.Identity"/> names.</summary>
    /// <exception cref="PayloadException">The bytes name no function.</exception>
    /// <exception cref="NotPortableException">The code is not here, or is another build of it.</exception>
    public static ResolvedFunction Read(ref PayloadReader reader, LoadedCode code, ValueCodecs codecs)
    {
        FunctionForm form = (FunctionForm)reader.Read<byte>();
        Type delegateType = TypeIdentity.Read(ref reader, code);
        Type owner = TypeIdentity.Read(ref reader, code);
        int token = reader.Read<int>();
        MethodInfo method = Metadata.Method(owner, token, TypeIdentity.ReadAll(ref reader, code));
        if (delegateType.BaseType != typeof(MulticastDelegate) || delegateType.ContainsGenericParameters)
        {
            throw PayloadException.Nonsense("kind of function");
        }

        switch (form)
        {
            case FunctionForm.Free:
                return new ResolvedFunction(delegateType, method, null, null);
            case FunctionForm.OnObject:
                return new ResolvedFunction(delegateType, method, CapturedObject.ReadShape(ref reader, code, codecs), null);
            case FunctionForm.OnValue:
                return new ResolvedFunction(delegateType, method, null, CapturedField.CodecOf(codecs, TypeIdentity.Read(ref reader, code)));
            default:
                throw PayloadException.Nonsense("function");
        }
    }

    /// <summary>Gives the function over fresh copies of what it captures.</summary>
    /// <param name="captures">What <see cref="PortableFunction.WriteCaptures"/> wrote; nothing is read where nothing is captured.</param>
    /// <returns>Always the same delegate where nothing is captured.</returns>
    /// <exception cref="PayloadException">The bytes are no such values.</exception>
    public Delegate Bind(ref PayloadReader captures)
    {
        if (_bound is { } bound)
        {
            return bound;
        }

        CaptureSession? session = CaptureSession.Enter(_object is null or { HoldsFunctions: true }, writer: null);
        try
        {
            return Make(_object is null ? _value!.ReadObject(ref captures) : _object.ReadValues(ref captures, session));
        }
        finally
        {
            CaptureSession.Exit(session);
        }
    }

    private Delegate Make(object? target)
    {
        if (target is not null && _pattern is { } pattern && pattern.Target?.GetType() == target.GetType() && DelegateParts.Like(pattern, target) is { } copy)
        {
            return copy;
        }

        try
        {
            Delegate made = Delegate.CreateDelegate(_delegateType, target, _method, throwOnBindFailure: false) ?? throw PayloadException.Nonsense("function");
            if (target is not null && HasCaptures)
            {
                // The pattern keeps an object without values, not a call's.
                _pattern ??= _object is null ? null : DelegateParts.Like(made, RuntimeHelpers.GetUninitializedObject(_object.Type));
            }

            return made;
        }
        catch (Exception exception) when (exception is ArgumentException or MemberAccessException or InvalidOperationException or NotSupportedException)
        {
            throw PayloadException.Nonsense("function");
        }
    }
}
