namespace Overlap.Cli.Jobs;

/// <summary>Knows which items an earlier run has done.</summary>
internal interface IDoneItems
{
    /// <summary>Tells whether the item was done.</summary>
    /// <param name="job">The job's template.</param>
    /// <param name="key">The item's key.</param>
    bool Contains(string job, string key);
}
