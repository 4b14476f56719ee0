namespace Overlap.Cli.Rendering;

/// <summary>Colours text, or leaves it plain where colour is not wanted.</summary>
internal readonly record struct Ink(bool IsOn)
{
    public string Bold(string text) => Paint("1", text);

    public string Dim(string text) => Paint("2", text);

    public string Red(string text) => Paint("31", text);

    public string Green(string text) => Paint("32", text);

    private string Paint(string code, string text) => IsOn && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
