using System.Text;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Journals;

/// <summary>A file with a line for every item that ended, true after any kill.</summary>
/// <remarks>
/// Order: a line is written when its item has ended, in one write, before the next item's end is looked at.
/// Race: after a kill at any moment a line is there whole, or torn and cut off by the next run, or missing; then the item is done again.
/// Memory: see <see cref="KnownItems"/>; a line is read and let go.
/// </remarks>
internal sealed class Journal : IItemListener, IDoneItems, IDisposable
{
    private readonly string _path;
    private readonly string _name;
    private readonly string _template;
    private readonly FileStream _file;
    private readonly JournalFormat _format;
    private readonly KnownItems _known;

    private Journal(string path, string name, string template, FileStream file, KnownItems known)
    {
        _path = path;
        _name = name;
        _template = template;
        _file = file;
        _format = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? JournalFormat.JsonLines : JournalFormat.Columns;
        _known = known;
    }

    /// <summary>Opens a journal: anew, or to go on where an earlier run ended.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The job's verb.</param>
    /// <param name="template">The job's template.</param>
    /// <param name="use">Whether to read what earlier runs did and append; else the file begins anew.</param>
    /// <exception cref="RunException">The file cannot be opened, read or written.</exception>
    public static Journal Open(string path, string name, string template, JournalUse use)
    {
        bool goesOn = use != JournalUse.Anew;
        FileStream? file = null;
        try
        {
            // No buffer of ours: what the system has taken survives the program's death.
            file = new FileStream(path, goesOn ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            KnownItems known = new(use);
            if (goesOn && file.CanSeek)
            {
                ReadAndCut(file, known);
            }

            Journal journal = new(path, name, template, file, known);
            if (journal._format == JournalFormat.Columns && (!file.CanSeek || file.Length == 0))
            {
                file.Write(Encoding.UTF8.GetBytes(JournalLine.Header));
            }

            return journal;
        }
        catch (Exception exception) when (RunException.IsOfFile(exception))
        {
            file?.Dispose();
            throw RunException.File("cannot write the journal", path, exception);
        }
    }

    /// <summary>Reads what a journal shows of earlier runs, without opening it for writing.</summary>
    public static IDoneItems ReadDone(string path, JournalUse use)
    {
        KnownItems known = new(use);
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            _ = ReadLines(file, known);
            return known;
        }
        catch (FileNotFoundException)
        {
            return known;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot read the journal", path, exception);
        }
    }

    public bool Contains(string job, string key) => _known.Contains(job, key);

    public void OnEnded(in ItemEnd end)
    {
        string line = JournalLine.Write(_format, end, _name, JournalKey.Of(_template, end.Key));
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (Exception exception) when (RunException.IsOfFile(exception))
        {
            throw RunException.File("cannot write the journal", _path, exception);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads the whole lines and cuts off a torn one: what is appended must begin on a line of its own.</summary>
    private static void ReadAndCut(FileStream file, KnownItems known)
    {
        file.SetLength(ReadLines(file, known));
        file.Seek(0, SeekOrigin.End);
    }

    private static long ReadLines(FileStream file, KnownItems known)
    {
        long wholeLength = 0;
        byte[] buffer = new byte[64 * 1024];
        int used = 0;
        while (file.Read(buffer, used, buffer.Length - used) is > 0 and int read)
        {
            used += read;
            int from = 0;
            while (buffer.AsSpan(from, used - from).IndexOf((byte)'\n') is >= 0 and int length)
            {
                if (JournalLine.TryRead(Encoding.UTF8.GetString(buffer, from, length), out UInt128 key, out bool isDone))
                {
                    known.Add(key, isDone);
                }

                from += length + 1;
            }

            wholeLength += from;
            buffer.AsSpan(from, used - from).CopyTo(buffer);
            used -= from;
            if (used == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }

        return wholeLength;
    }
}
