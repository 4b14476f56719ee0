namespace Overlap.Tests.Processes.Faults;

/// <summary>A control group of the kernel, where this user may make one.</summary>
internal sealed class ControlGroup : IDisposable
{
    public ControlGroup(string controller)
    {
        Folder = Path.Combine("/sys/fs/cgroup", controller, $"overlap-faults-{Environment.ProcessId}");
        try
        {
            IsThere = Directory.Exists(Path.GetDirectoryName(Folder)) && Directory.CreateDirectory(Folder).Exists && File.Exists(Path.Combine(Folder, "cgroup.procs"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            IsThere = false;
        }
    }

    public string Folder { get; }

    public bool IsThere { get; private set; }

    public bool TrySet(string name, string value)
    {
        try
        {
            File.WriteAllText(Path.Combine(Folder, name), value);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            IsThere = false;
        }

        return IsThere;
    }

    public void Dispose()
    {
        // The kernel lets an empty group go, a moment after its last process.
        _ = !Directory.Exists(Folder) || SpinWait.SpinUntil(TryRemove, TimeSpan.FromSeconds(2));
    }

    private bool TryRemove()
    {
        try
        {
            Directory.Delete(Folder);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
