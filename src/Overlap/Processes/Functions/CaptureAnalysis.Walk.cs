using System.Reflection;
using System.Reflection.Emit;

namespace Overlap.Processes.Functions;

internal sealed partial class CaptureAnalysis
{
    // Owned by the method that is walked: one at a time.
    private readonly List<Reach> _stack = [];
    private Type? _constrained;

    private void Walk(MethodCode code)
    {
        _stack.Clear();
        _constrained = null;
        try
        {
            foreach (Instruction instruction in code.Instructions)
            {
                Arrive(code, instruction.Offset);
                Step(code, instruction);
                if (instruction.Code.OpCodeType != OpCodeType.Prefix)
                {
                    _constrained = null;
                }

                Leave(code, instruction);
            }
        }
        catch (Exception exception) when (exception is ArgumentException or BadImageFormatException or TypeLoadException or IOException
            or NotSupportedException or MemberAccessException or InvalidOperationException)
        {
            // Code that names what cannot be found here: nothing is known then.
            _isLost = true;
        }
    }

    // Joins what jumps brought to this place.
    private void Arrive(MethodCode code, int offset)
    {
        if (code.Stacks.TryGetValue(offset, out Reach[]? known))
        {
            if (known.Length != _stack.Count)
            {
                _stack.Clear();
                _stack.AddRange(known);
                return;
            }

            for (int i = 0; i < known.Length; i++)
            {
                _stack[i] = _stack[i].With(known[i]);
            }
        }
    }

    private void Leave(MethodCode code, Instruction instruction)
    {
        switch (instruction.Code.FlowControl)
        {
            case FlowControl.Branch:
                Jump(code, instruction.Operand);
                _stack.Clear();
                break;
            case FlowControl.Cond_Branch:
                foreach (int target in instruction.Targets ?? [instruction.Operand])
                {
                    Jump(code, target);
                }

                break;
            case FlowControl.Return or FlowControl.Throw:
                _stack.Clear();
                break;
        }
    }

    private void Jump(MethodCode code, int target)
    {
        if (!code.Stacks.TryGetValue(target, out Reach[]? known))
        {
            code.Stacks.Add(target, [.. _stack]);
            _hasChanged = true;
        }
        else if (known.Length == _stack.Count)
        {
            for (int i = 0; i < known.Length; i++)
            {
                Join(ref known[i], _stack[i]);
            }
        }
    }

    private void Push(Reach value) => _stack.Add(value);

    private Reach Pop()
    {
        if (_stack.Count == 0)
        {
            throw new BadImageFormatException();
        }

        Reach value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private void Step(MethodCode code, Instruction instruction)
    {
        string name = instruction.Code.Name!;
        switch (name)
        {
            case "constrained.":
                _constrained = code.TypeAt(instruction.Operand);
                break;
            case "dup":
                Push(_stack.Count > 0 ? _stack[^1] : throw new BadImageFormatException());
                break;
            case "ldfld" or "ldflda":
                FieldInfo loaded = code.FieldAt(instruction.Operand);
                Push(Load(Pop(), loaded));
                break;
            case "stfld":
                FieldInfo stored = code.FieldAt(instruction.Operand);
                Reach value = Pop();
                Store(Pop(), stored, value);
                break;
            case "castclass" or "isinst" or "box" or "unbox" or "unbox.any" or "ldobj" or "ldind.ref" or "mkrefany" or "refanyval":
                // The same object, seen otherwise.
                break;
            case "ldftn":
                Push(new Reach(code.MethodAt(instruction.Operand)));
                break;
            case "ldvirtftn":
                LoadVirtual(Pop(), code.MethodAt(instruction.Operand));
                break;
            case "newobj":
                Make(code.MethodAt(instruction.Operand));
                break;
            case "call" or "callvirt":
                Call(code.MethodAt(instruction.Operand), isVirtual: name == "callvirt");
                break;
            case "calli":
                CallIndirect(code.SignatureAt(instruction.Operand));
                break;
            case "jmp":
                throw new NotSupportedException();
            case "ret":
                if (code.ReturnsValue)
                {
                    Return(code, Pop());
                }

                break;
            case "leave" or "leave.s" or "endfinally" or "endfilter" or "rethrow":
                _stack.Clear();
                break;
            case "pop" or "brtrue" or "brtrue.s" or "brfalse" or "brfalse.s" or "ceq" or "cgt.un" or "beq" or "beq.s" or "bne.un" or "bne.un.s" or "initobj":
                // To compare an object or to let it go tells nobody of it.
                Discard(instruction.Code, escapes: false);
                break;
            default:
                if (!Place(code, name, instruction.Operand))
                {
                    Discard(instruction.Code, escapes: true);
                }

                break;
        }
    }

    // Locals and arguments, by value and by address: an object in a struct is the same either way.
    private bool Place(MethodCode code, string name, int operand)
    {
        string[] parts = name.Split('.');
        int index = parts.Length == 2 && int.TryParse(parts[1], out int inName) ? inName : operand;
        switch (parts[0])
        {
            case "ldarg" or "ldarga":
                Push(code.Arguments[index]);
                return true;
            case "ldloc" or "ldloca":
                Push(code.Locals[index]);
                return true;
            case "starg":
                Join(ref code.Arguments[index], Pop());
                return true;
            case "stloc":
                Join(ref code.Locals[index], Pop());
                return true;
            default:
                return false;
        }
    }

    private void Return(MethodCode code, Reach value)
    {
        Reach returned = code.Returned.With(value);
        if (!ReferenceEquals(returned, code.Returned))
        {
            code.Returned = returned;
            _hasChanged = true;
        }

        if (code.IsCalledByOthers)
        {
            Escape(returned);
        }
    }

    // Everything else takes from the stack what its kind says, and gives nothing that is followed.
    private void Discard(OpCode operation, bool escapes)
    {
        for (int i = Taken(operation.StackBehaviourPop); i > 0; i--)
        {
            Reach value = Pop();
            if (escapes)
            {
                Escape(value);
            }
        }

        for (int i = Given(operation.StackBehaviourPush); i > 0; i--)
        {
            Push(Reach.Nothing);
        }
    }

    private static int Taken(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Pop0 => 0,
        StackBehaviour.Pop1 or StackBehaviour.Popi or StackBehaviour.Popref => 1,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4
            or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4
            or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref or StackBehaviour.Popref_popi_pop1 => 3,
        _ => throw new NotSupportedException(),
    };

    private static int Given(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Push0 => 0,
        StackBehaviour.Push1_push1 => 2,
        StackBehaviour.Varpush => throw new NotSupportedException(),
        _ => 1,
    };
}
