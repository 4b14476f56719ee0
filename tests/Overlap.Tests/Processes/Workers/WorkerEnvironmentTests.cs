using Overlap.Processes.Workers;
using Overlap.Tests.Processes.Faults;

namespace Overlap.Tests.Processes.Workers;

/// <remarks>One of them sets a variable of this very program: a .NET program that another test started meanwhile would wait for a tool, for ever.</remarks>
[Collection(nameof(FaultCollection))]
public sealed class WorkerEnvironmentTests
{
    private static readonly WorkerLaunch Launch = new() { Inherited = [] };

    [Fact]
    public void Compose_VariablesForTheProgramAlone_AreLeftOut()
    {
        const string ports = "DOTNET_DiagnosticPorts";
        Environment.SetEnvironmentVariable(ports, "/tmp/tool.sock");
        try
        {
            Assert.DoesNotContain(Compose(Launch), static variable => variable.StartsWith(ports, StringComparison.Ordinal));
        }
        finally
        {
            Environment.SetEnvironmentVariable(ports, null);
        }
    }

    [Fact]
    public void Compose_HeapLimit_IsInHexadecimal() =>
        Assert.Contains("DOTNET_GCHeapHardLimit=8000000", Compose(Launch with { Limits = new() { ManagedMemory = 128 << 20 } }));

    [Fact]
    public void Compose_CallerSetsADefault_CallerWins()
    {
        List<string> variables = Compose(Launch with { Environment = new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "1" } });
        Assert.Equal(["DOTNET_EnableDiagnostics=1"], variables.Where(static variable => variable.StartsWith("DOTNET_EnableDiagnostics=", StringComparison.Ordinal)));
    }

    [Fact]
    public void Compose_Cookie_CannotBeReplaced()
    {
        WorkerCookie cookie = WorkerCookie.Create();
        List<string> variables = WorkerEnvironment.Compose(
            Launch with { Environment = new Dictionary<string, string?> { [WorkerCookie.Variable] = null } }, null, cookie);
        Assert.Contains($"{WorkerCookie.Variable}={cookie.Value}", variables);
    }

    private static List<string> Compose(WorkerLaunch launch) => WorkerEnvironment.Compose(launch, null, WorkerCookie.Create());
}
