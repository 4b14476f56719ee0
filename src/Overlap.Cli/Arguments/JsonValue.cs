using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Cli.Arguments;

/// <summary>Arguments of a call, as JSON.</summary>
internal sealed record JsonValue(WireValue Value)
{
    public const string ExpectedArray = "a JSON array, such as '[2, 3]'";
    public const string ExpectedObject = "a JSON object, such as '{\"path\": \"home_video.mp4\"}'";

    public static JsonValue? TryParseArray(string text) => TryParse(text, WireKind.Array);

    public static JsonValue? TryParseObject(string text) => TryParse(text, WireKind.Map);

    private static JsonValue? TryParse(string text, WireKind kind)
    {
        try
        {
            WireValue value = PythonJson.Read(Encoding.UTF8.GetBytes(text), ProtocolLimits.Default);
            return value.Kind == kind ? new JsonValue(value) : null;
        }
        catch (MessageFormatException)
        {
            return null;
        }
    }
}
