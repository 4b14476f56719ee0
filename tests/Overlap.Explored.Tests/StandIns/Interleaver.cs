namespace Overlap.Waiting;

/// <summary>In place of the library's own: here every atomic operation is a step already.</summary>
internal abstract class Interleaver
{
    public static bool IsOn => false;

    public static Interleaver? Current => null;

    public static bool KeepsContext => false;

    public static ValueTask<T> Pause<T>(ValueTask<T> done) => done;

    public static ValueTask Pause(ValueTask done) => done;

    public static void Note(object primitive, PrimitiveNote note) => _ = (primitive, note);

    public static void Block(object primitive) => _ = primitive;
}
