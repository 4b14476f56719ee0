namespace Overlap.Distributed.Sqlite;

/// <summary>A message that was claimed, as it stands in the file.</summary>
internal readonly record struct SqliteClaim(long Id, string Queue, long Claim, long LostBy, long Until, byte[] Body);
