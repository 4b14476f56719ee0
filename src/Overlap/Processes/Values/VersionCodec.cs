namespace Overlap.Processes.Values;

/// <summary>Versions.</summary>
/// <remarks>Shape: how many of the four numbers it has (1; 0: <see langword="null"/>), each number (4).</remarks>
internal sealed class VersionCodec : ValueCodec<Version?>
{
    public override bool IsImmutable => true;

    public override void Write(PayloadWriter writer, Version? value)
    {
        byte count = value is null ? (byte)0 : value.Build < 0 ? (byte)2 : value.Revision < 0 ? (byte)3 : (byte)4;
        writer.Write(count);
        for (int i = 0; i < count; i++)
        {
            writer.Write(i switch { 0 => value!.Major, 1 => value!.Minor, 2 => value!.Build, _ => value!.Revision });
        }
    }

    public override Version? Read(ref PayloadReader reader) => reader.Read<byte>() switch
    {
        0 => null,
        2 => new Version(ReadNumber(ref reader), ReadNumber(ref reader)),
        3 => new Version(ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader)),
        4 => new Version(ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader), ReadNumber(ref reader)),
        _ => throw PayloadException.Nonsense(nameof(Version)),
    };

    private static int ReadNumber(ref PayloadReader reader) =>
        reader.Read<int>() is >= 0 and var number ? number : throw PayloadException.Nonsense(nameof(Version));
}
