using System.Text;

namespace Overlap.Processes.Values;

/// <summary>Text that is being built. The text travels, not the room kept for more.</summary>
/// <remarks>Shape: as text.</remarks>
internal sealed class StringBuilderCodec : ValueCodec<StringBuilder?>
{
    private static readonly StringCodec Text = new();

    public override void Write(PayloadWriter writer, StringBuilder? value) => Text.Write(writer, value?.ToString());

    public override StringBuilder? Read(ref PayloadReader reader) => Text.Read(ref reader) is { } text ? new StringBuilder(text) : null;
}
