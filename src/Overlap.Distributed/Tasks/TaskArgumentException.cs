namespace Overlap.Distributed.Tasks;

/// <summary>The arguments of a call do not fit its task. Callers see it as Python's <c>TypeError</c>.</summary>
/// <param name="message">One line that names the task, the parameter and what was given.</param>
/// <param name="innerException">What noticed it.</param>
public sealed class TaskArgumentException(string message, Exception? innerException = null) : Exception(message, innerException);
