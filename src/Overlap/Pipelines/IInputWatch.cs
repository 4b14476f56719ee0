namespace Overlap.Pipelines;

/// <summary>Told when a pump waits for its source.</summary>
internal interface IInputWatch
{
    void BeginInputWait();

    void EndInputWait();
}
