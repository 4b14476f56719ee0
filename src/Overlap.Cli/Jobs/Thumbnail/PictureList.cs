using System.Runtime.CompilerServices;
using System.Text;
using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>Turns files, folders and lists into items: finds pictures, gives names. Memory: 32 to 64 bytes an item.</summary>
/// <remarks>
/// A name is given when its entry is read, so the first that wants it has it in every run: a further one gets
/// <c>name~xxxxxxxx.ext</c>, eight digits that depend on its place among the inputs alone. Names that differ in case only count as the same.
/// A name that another input has, where the pictures go, is never taken.
/// The folder that the pictures go to is passed over wherever it lies, so that no run reads what one has made.
/// </remarks>
internal sealed class PictureList
{
    // A hidden name of ours beside it must still fit into a file system's 255.
    private const int LongestName = 250;

    private static readonly HashSet<string> Extensions =
        new([".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif"], StringComparer.OrdinalIgnoreCase);

    private static readonly EnumerationOptions OneFolder = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    private readonly ThumbnailOptions _options;
    private readonly IReadOnlyList<FileStatus> _passedOver;
    private readonly FingerprintTable _names = new();
    private readonly FingerprintTable _sources = new();
    private readonly HashSet<string> _named;
    private readonly string? _target;
    private long _count;

    /// <param name="options">Where the pictures come from.</param>
    /// <param name="passedOver">Folders in which nothing is looked for.</param>
    public PictureList(ThumbnailOptions options, IReadOnlyList<FileStatus> passedOver)
    {
        _options = options;
        _passedOver = passedOver;
        _named = [.. options.Inputs.Where(static input => input.Length > 0 && input != "-").Select(Path.GetFullPath)];
        _target = options.Folder is null ? null : Path.GetFullPath(options.Folder);
    }

    /// <summary>Gives the items in the order of the inputs, those of a folder by name, lazily.</summary>
    /// <exception cref="RunException">The list cannot be read.</exception>
    public async IAsyncEnumerable<ThumbnailItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string input in _options.Inputs.Where(static input => input != "-"))
        {
            foreach (ThumbnailItem item in ItemsOf(input))
            {
                yield return item;
            }
        }

        string? list = _options.InputFile ?? (_options.Inputs.Contains("-") ? "-" : null);
        if (list is null)
        {
            yield break;
        }

        await using Stream? file = list == "-" ? null : Open(list);
        await foreach (InputLine line in new LineReader(file ?? _options.StandardInput, _options.NulSeparated).ReadAsync(cancellationToken))
        {
            if (line.Problem is not null)
            {
                yield return new ThumbnailItem { Label = $"line {line.Number}", Problem = line.Problem };
                continue;
            }

            string text = _options.NulSeparated || !line.Text!.EndsWith('\r') ? line.Text! : line.Text![..^1];
            foreach (ThumbnailItem item in text.Length == 0 ? [] : ItemsOf(text))
            {
                yield return item;
            }
        }
    }

    private static FileStream Open(string list)
    {
        try
        {
            return new FileStream(list, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw RunException.File("cannot read the list", UrlText.Printable(list), exception);
        }
    }

    private IEnumerable<ThumbnailItem> ItemsOf(string input)
    {
        if (input.Length == 0 || input.Contains('\0', StringComparison.Ordinal))
        {
            return [Bad(input, "is no name of a file")];
        }

        string path = Path.GetFullPath(input);
        return Libc.StatusOf(path, out FileStatus status) == 0 && status.Kind == FileKind.Folder
            ? Walk(input, path, "", status)
            : [ItemOf(input, path, "", Path.GetFileName(path))];
    }

    /// <summary>Gives the pictures of a folder and of those in it. Links to folders and hidden names are passed over.</summary>
    private IEnumerable<ThumbnailItem> Walk(string label, string path, string relative, FileStatus folder)
    {
        if (_passedOver.Any(folder.IsSameFileAs))
        {
            yield break;
        }

        FileSystemInfo[] entries;
        string? problem = null;
        try
        {
            entries = new DirectoryInfo(path).GetFileSystemInfos("*", OneFolder);
            Array.Sort(entries, static (first, second) => string.CompareOrdinal(first.Name, second.Name));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            entries = [];
            problem = exception is UnauthorizedAccessException ? "permission denied" : UrlText.Printable(exception.Message);
        }

        if (problem is not null)
        {
            yield return Bad(label, problem);
        }

        foreach (FileSystemInfo entry in entries.Where(static entry => !entry.Name.StartsWith('.')))
        {
            string itsLabel = Path.Combine(label, entry.Name);
            if (entry.Attributes.HasFlag(FileAttributes.Directory))
            {
                bool isLink = entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
                if (!isLink && Libc.StatusOf(entry.FullName, out FileStatus status) == 0)
                {
                    foreach (ThumbnailItem item in Walk(itsLabel, entry.FullName, relative.Length == 0 ? entry.Name : $"{relative}/{entry.Name}", status))
                    {
                        yield return item;
                    }
                }
            }
            else if (Extensions.Contains(entry.Extension))
            {
                yield return ItemOf(itsLabel, entry.FullName, relative, entry.Name);
            }
        }
    }

    private ThumbnailItem ItemOf(string label, string path, string folder, string name)
    {
        _count++;
        if (_options.Picture.InPlace)
        {
            return _sources.Add(path, _count) == 0
                ? new ThumbnailItem { Label = UrlText.Printable(label), Path = path, Name = name, Format = FormatOf(Path.GetExtension(name)) }
                : Bad(label, "is named twice");
        }

        (string target, PictureFormat format) = TargetOf(name);
        string free = Take(folder, target, path);
        return new ThumbnailItem { Label = UrlText.Printable(label), Path = path, Folder = folder, Name = free, Format = format };
    }

    private string Take(string folder, string name, string path)
    {
        bool isLong = Encoding.UTF8.GetByteCount(name) > LongestName;
        string wanted = Path.Combine(_target!, folder, name);
        bool isAnotherInput = wanted != path && _named.Contains(wanted);
        if (!isLong && !isAnotherInput && IsFree(folder, name))
        {
            return name;
        }

        (ulong high, ulong low) = Fingerprint.Stable.Of(path);
        string[] additions = [$"~{high >> 32:x8}", $"~{high:x16}", $"~{high:x16}{low:x16}"];
        return additions.Select(addition => SafeName.Append(name, addition)).FirstOrDefault(longer => IsFree(folder, longer))
            ?? SafeName.Append(name, $"~{_count}");
    }

    private bool IsFree(string folder, string name) => _names.Add(SafeName.Fold($"{folder}/{name}"), _count) == 0;

    /// <summary>Gives the name that a picture's new file wants, and the format that goes with it.</summary>
    private (string Name, PictureFormat Format) TargetOf(string name)
    {
        string extension = Path.GetExtension(name);
        PictureFormat own = FormatOf(extension);
        PictureFormat wanted = _options.Format ?? (own == PictureFormat.Gif ? PictureFormat.Png : own);
        return wanted == own && Extensions.Contains(extension)
            ? (name, wanted)
            : ((Extensions.Contains(extension) ? name[..^extension.Length] : name) + ExtensionOf(wanted), wanted);
    }

    // What a file is called says what the new one will be; what it is, is seen when it is read.
    private static PictureFormat FormatOf(string extension) => extension.ToUpperInvariant() switch
    {
        ".PNG" => PictureFormat.Png,
        ".WEBP" => PictureFormat.Webp,
        ".GIF" => PictureFormat.Gif,
        _ => PictureFormat.Jpeg,
    };

    private static string ExtensionOf(PictureFormat format) => format switch
    {
        PictureFormat.Png => ".png",
        PictureFormat.Webp => ".webp",
        _ => ".jpg",
    };

    private static ThumbnailItem Bad(string label, string problem) => new() { Label = UrlText.Printable(label), Problem = problem };
}
