using System.Runtime.CompilerServices;
using Overlap.Testing.Exploration.Tasks;

namespace Overlap.Testing.Exploration;

/// <summary>What <see cref="TaskExplorer.Point"/> gives to be awaited: a point at which any other task may run first.</summary>
public readonly struct PointAwaitable
{
    private readonly TaskMode _mode;
    private readonly string _file;
    private readonly int _line;

    internal PointAwaitable(TaskMode mode, string file, int line)
    {
        _mode = mode;
        _file = file;
        _line = line;
    }

    /// <summary>Used by the compiler.</summary>
    public Awaiter GetAwaiter() => new(this);

    /// <summary>Used by the compiler.</summary>
    public readonly struct Awaiter : ICriticalNotifyCompletion
    {
        private readonly PointAwaitable _point;

        internal Awaiter(PointAwaitable point)
        {
            _point = point;
        }

        /// <summary>Never: others may always run first.</summary>
        public bool IsCompleted => false;

        /// <summary>Gives nothing.</summary>
        public void GetResult()
        {
        }

        /// <inheritdoc/>
        public void OnCompleted(Action continuation)
        {
            ArgumentNullException.ThrowIfNull(continuation);
            ExecutionContext? context = ExecutionContext.Capture();
            UnsafeOnCompleted(context is null ? continuation : () => ExecutionContext.Run(context, static action => ((Action)action!)(), continuation));
        }

        /// <inheritdoc/>
        public void UnsafeOnCompleted(Action continuation)
        {
            ArgumentNullException.ThrowIfNull(continuation);
            _point._mode.Pause(continuation, _point._file, _point._line);
        }
    }
}
