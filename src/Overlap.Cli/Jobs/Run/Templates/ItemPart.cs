namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>What of an item a placeholder stands for.</summary>
internal enum ItemPart
{
    /// <summary><c>{}</c>: all of it.</summary>
    Whole,

    /// <summary><c>{.}</c>: without the extension.</summary>
    WithoutExtension,

    /// <summary><c>{/}</c>: what stands behind the last slash.</summary>
    Name,

    /// <summary><c>{//}</c>: what stands before the last slash, or a full stop.</summary>
    Folder,

    /// <summary><c>{/.}</c>: the name without the extension.</summary>
    NameWithoutExtension,
}
