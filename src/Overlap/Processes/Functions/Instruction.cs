using System.Buffers.Binary;
using System.Reflection.Emit;

namespace Overlap.Processes.Functions;

/// <summary>One instruction of a method's code.</summary>
/// <param name="Offset">Where it begins. Unit: bytes from the begin of the code.</param>
/// <param name="Next">Where the next one begins.</param>
/// <param name="Code">What it does.</param>
/// <param name="Operand">Its token, number of a local or argument, or the offset it may jump to.</param>
/// <param name="Targets">The offsets a switch may jump to.</param>
internal readonly record struct Instruction(int Offset, int Next, OpCode Code, int Operand, int[]? Targets)
{
    private const byte TwoBytes = 0xFE;

    private static readonly OpCode?[] Short = new OpCode?[256];
    private static readonly OpCode?[] Long = new OpCode?[256];

    static Instruction()
    {
        foreach (System.Reflection.FieldInfo field in typeof(OpCodes).GetFields())
        {
            if (field.GetValue(null) is OpCode code)
            {
                (code.Size == 1 ? Short : Long)[code.Value & 0xFF] = code;
            }
        }
    }

    /// <summary>Splits code into instructions.</summary>
    /// <returns><see langword="null"/> for code that is not understood.</returns>
    public static List<Instruction>? Split(byte[] code)
    {
        List<Instruction> instructions = [];
        int at = 0;
        while (at < code.Length)
        {
            int begin = at;
            bool isLong = code[at] == TwoBytes;
            at += isLong ? 2 : 1;
            if (at > code.Length || (isLong ? Long : Short)[code[at - 1]] is not { } operation)
            {
                return null;
            }

            int size = operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                _ => 4,
            };
            if (size > code.Length - at)
            {
                return null;
            }

            ReadOnlySpan<byte> operand = code.AsSpan(at, size);
            int value = size switch
            {
                1 when operation.OperandType == OperandType.ShortInlineVar => operand[0],
                1 => (sbyte)operand[0],
                2 => BinaryPrimitives.ReadUInt16LittleEndian(operand),
                4 => BinaryPrimitives.ReadInt32LittleEndian(operand),
                _ => 0,
            };
            at += size;
            int[]? targets = null;
            if (operation.OperandType == OperandType.InlineSwitch)
            {
                if ((uint)value > (uint)((code.Length - at) / 4))
                {
                    return null;
                }

                int end = at + (4 * value);
                targets = new int[value];
                for (int i = 0; i < targets.Length; i++, at += 4)
                {
                    targets[i] = end + BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(at));
                }
            }
            else if (operation.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget)
            {
                value += at;
            }

            instructions.Add(new Instruction(begin, at, operation, value, targets));
        }

        return instructions;
    }
}
