namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Takes what a child writes, as it comes. Called by the watching thread alone.</summary>
internal interface IChildOutput
{
    /// <summary>Takes bytes.</summary>
    /// <param name="isError">Whether they came from standard error.</param>
    /// <param name="bytes">The bytes; of use during the call only.</param>
    void Add(bool isError, ReadOnlySpan<byte> bytes);

    /// <summary>Nothing more comes.</summary>
    void End();
}
