using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Overlap.Distributed.Sqlite;

/// <summary>A connection with its prepared statements. Owned by the thread of its lane.</summary>
internal sealed class SqliteSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> _statements = new(StringComparer.Ordinal);
    private bool? _isDurable;

    public SqliteConnection Connection => connection;

    /// <summary>Begins a transaction that may write.</summary>
    /// <param name="isDurable">
    /// Whether its end waits until the disk has it. If not, a power failure may undo it, and never what came before without it: the log is one
    /// sequence, and is read back up to where it is whole.
    /// </param>
    public void Begin(bool isDurable)
    {
        if (_isDurable != isDurable)
        {
            _isDurable = null;
            Execute(isDurable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL");
            _isDurable = isDurable;
        }

        Execute("BEGIN IMMEDIATE");
    }

    public void Commit() => Execute("COMMIT");

    /// <summary>Ends a transaction without it, if there is one still: some errors have ended it already.</summary>
    public void RollBack()
    {
        if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
        {
            Execute("ROLLBACK");
        }
    }

    /// <summary>A number that changes when another connection has changed the file.</summary>
    public long ReadDataVersion() => ReadNumber("PRAGMA data_version") ?? 0;

    /// <summary>Runs a statement.</summary>
    /// <param name="sql">A constant: it is kept prepared. Its parameters are <c>$1</c>, <c>$2</c> and so on.</param>
    /// <param name="values">Their values.</param>
    /// <returns>How many rows it changed.</returns>
    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    /// <summary>Runs a query. The reader is disposed before the same statement runs again.</summary>
    /// <inheritdoc cref="Execute" path="/param"/>
    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteReader();

    /// <summary>Runs a query for one whole number.</summary>
    /// <inheritdoc cref="Execute" path="/param"/>
    public long? ReadNumber(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteScalar() as long?;

    public void Dispose()
    {
        foreach (SqliteCommand statement in _statements.Values)
        {
            statement.Dispose();
        }

        connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!_statements.TryGetValue(sql, out SqliteCommand? statement))
        {
            statement = connection.CreateCommand();
            statement.CommandText = sql;
            for (int number = 1; number <= values.Length; number++)
            {
                statement.Parameters.Add(new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"${number}") });
            }

            _statements.Add(sql, statement);
        }

        for (int index = 0; index < values.Length; index++)
        {
            statement.Parameters[index].Value = values[index] ?? DBNull.Value;
        }

        return statement;
    }
}
