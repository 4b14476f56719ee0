using System.Text;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Journals;

/// <summary>A file with a line for every item that ended, true after any kill.</summary>
/// <remarks>
/// Order: a line is written when its item has ended, in one write, before the next item's end is looked at.
/// Race: after a kill at any moment a line is there whole, or torn and cut off by the next run, or missing; then the item is done again.
/// Memory: sixteen bytes for each item done before.
/// </remarks>
internal sealed class Journal : IItemListener, IDoneItems, IDisposable
{
    private readonly string _path;
    private readonly string _name;
    private readonly string _template;
    private readonly FileStream _file;
    private readonly JournalFormat _format;
    private readonly HashSet<UInt128> _done;

    private Journal(string path, string name, string template, FileStream file, HashSet<UInt128> done)
    {
        _path = path;
        _name = name;
        _template = template;
        _file = file;
        _format = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) ? JournalFormat.JsonLines : JournalFormat.Columns;
        _done = done;
    }

    /// <summary>Opens a journal: anew, or to go on where an earlier run ended.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">The job's verb.</param>
    /// <param name="template">The job's template.</param>
    /// <param name="resume">Whether to read what is done and append; else the file begins anew.</param>
    /// <exception cref="RunException">The file cannot be opened, read or written.</exception>
    public static Journal Open(string path, string name, string template, bool resume)
    {
        FileStream? file = null;
        try
        {
            // No buffer of ours: what the system has taken survives the program's death.
            file = new FileStream(path, resume ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);
            HashSet<UInt128> done = resume && file.CanSeek ? ReadDone(file) : [];
            Journal journal = new(path, name, template, file, done);
            if (journal._format == JournalFormat.Columns && (!file.CanSeek || file.Length == 0))
            {
                file.Write(Encoding.UTF8.GetBytes(JournalLine.Header));
            }

            return journal;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw RunException.File("cannot write the journal", path, exception);
        }
    }

    /// <summary>Reads which items a journal shows as done, without opening it for writing.</summary>
    public static IDoneItems ReadDone(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return new DoneItems(ReadLines(file, out _));
        }
        catch (FileNotFoundException)
        {
            return new DoneItems([]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot read the journal", path, exception);
        }
    }

    public bool Contains(string job, string key) => _done.Contains(JournalKey.Of(job, key));

    public void OnEnded(in ItemEnd end)
    {
        string line = JournalLine.Write(_format, end, _name, JournalKey.Of(_template, end.Key));
        try
        {
            _file.Write(Encoding.UTF8.GetBytes(line));
        }
        catch (IOException exception)
        {
            throw RunException.File("cannot write the journal", _path, exception);
        }
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Reads the whole lines and cuts off a torn one: what is appended must begin on a line of its own.</summary>
    private static HashSet<UInt128> ReadDone(FileStream file)
    {
        HashSet<UInt128> done = ReadLines(file, out long wholeLength);
        file.SetLength(wholeLength);
        file.Seek(0, SeekOrigin.End);
        return done;
    }

    private static HashSet<UInt128> ReadLines(FileStream file, out long wholeLength)
    {
        HashSet<UInt128> done = [];
        wholeLength = 0;
        byte[] buffer = new byte[64 * 1024];
        int used = 0;
        while (file.Read(buffer, used, buffer.Length - used) is > 0 and int read)
        {
            used += read;
            int from = 0;
            while (buffer.AsSpan(from, used - from).IndexOf((byte)'\n') is >= 0 and int length)
            {
                if (JournalLine.TryReadDone(Encoding.UTF8.GetString(buffer, from, length), out UInt128 key))
                {
                    done.Add(key);
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

        return done;
    }

    private sealed class DoneItems(HashSet<UInt128> done) : IDoneItems
    {
        public bool Contains(string job, string key) => done.Contains(JournalKey.Of(job, key));
    }
}
