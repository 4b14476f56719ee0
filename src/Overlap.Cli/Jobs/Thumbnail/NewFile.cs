using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>Puts a whole file under its name, in one step: nobody ever sees a part of it.</summary>
/// <remarks>
/// It is made exclusively under a hidden name of its own, in the folder of the final one, so that the last step is a rename within one file system.
/// The name is drawn at random and never used twice: what stands under it is nobody else's. A run that is killed between the two steps leaves it.
/// </remarks>
internal static class NewFile
{
    /// <summary>What hidden names begin with.</summary>
    public const string Prefix = ".overlap-";

    /// <summary>Writes a file.</summary>
    /// <param name="folder">Its folder.</param>
    /// <param name="name">Its name; what stands there is replaced.</param>
    /// <param name="bytes">What it is to hold.</param>
    /// <param name="permissions">Who may do what with it; <see langword="null"/> for what the user's settings say.</param>
    /// <exception cref="RunException">The disk is full or broken, or the folder may not be written.</exception>
    public static void Write(TargetFolder folder, string name, ReadOnlySpan<byte> bytes, uint? permissions)
    {
        string hidden = $"{Prefix}{Guid.NewGuid():n}";
        int descriptor = folder.Create(hidden);
        if (descriptor < 0)
        {
            throw new RunException(ExitCode.Environment, $"cannot write {hidden} in {UrlText.Printable(folder.Path)}: it is there already");
        }

        using OpenFile file = new(descriptor, name);
        try
        {
            file.Write(bytes);
            if (permissions is { } given)
            {
                file.SetPermissions(given);
            }

            _ = folder.Rename(hidden, name, replace: true);
        }
        catch
        {
            folder.Remove(hidden);
            throw;
        }
    }
}
