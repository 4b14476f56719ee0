using System.Reflection;
using System.Runtime.Loader;
using Overlap.Processes;
using Overlap.Processes.Functions;
using Overlap.Processes.Values;

namespace Overlap.Tests.Processes.Functions;

public sealed class LoadedCodeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("overlap-code").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Load_AssemblyOfTheProgram_IsTheOneThatIsLoaded() =>
        Assert.Same(typeof(Sample).Assembly, new LoadedCode().Load(AssemblyIdentity.Of(typeof(Sample).Assembly)));

    [Fact]
    public void Load_AssemblyOfTheRuntime_IsTheOneThatIsLoaded() =>
        Assert.Same(typeof(object).Assembly, new LoadedCode().Load(AssemblyIdentity.Of(typeof(object).Assembly)));

    [Fact]
    public void Load_AnotherBuildThanTheFile_SaysThatItWasReplaced()
    {
        AssemblyIdentity identity = AssemblyIdentity.Of(typeof(Sample).Assembly) with { Version = Guid.NewGuid() };
        string message = Assert.Throws<NotPortableException>(() => new LoadedCode().Load(identity)).Message;
        Assert.Contains("'Overlap.Tests' on disk is not the one the program has loaded: it was replaced", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileThatIsNotThere_SaysThatItIsNotFound()
    {
        AssemblyIdentity identity = new("Nowhere", Guid.NewGuid(), Path.Combine(_folder, "Nowhere.dll"), IsIsolated: false);
        Assert.Contains("does not find the assembly 'Nowhere'", Assert.Throws<NotPortableException>(() => new LoadedCode().Load(identity)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileThatIsNoAssembly_IsRefused()
    {
        string path = Path.Combine(_folder, "Text.dll");
        File.WriteAllText(path, "no code");
        Assert.Throws<NotPortableException>(() => new LoadedCode().Load(new AssemblyIdentity("Text", Guid.NewGuid(), path, IsIsolated: true)));
    }

    [Fact]
    public void Load_PlugInOfItsOwnBuild_ComesFromItsPath()
    {
        (Assembly plugIn, AssemblyLoadContext context) = LoadPlugIn();
        AssemblyIdentity identity = AssemblyIdentity.Of(plugIn);
        Assert.True(identity.IsIsolated);

        LoadedCode code = new();
        Assembly found = code.Load(identity);
        Assert.Equal((plugIn.Location, identity.Version), (found.Location, found.ManifestModule.ModuleVersionId));
        Assert.NotSame(plugIn, found);
        Assert.NotSame(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(found));
        Assert.Same(found, code.Load(identity));
        context.Unload();
    }

    [Fact]
    public void Send_FunctionOfAPlugIn_RunsWithItsDependencies()
    {
        (Assembly plugIn, AssemblyLoadContext context) = LoadPlugIn();
        Func<object, string> function = plugIn.GetType("PlugIn.Entry", throwOnError: true)!.GetMethod("Run")!.CreateDelegate<Func<object, string>>();
        Assert.Equal("plug-in 5", Trip.Send(function)(5));
        context.Unload();
    }

    [Fact]
    public void Read_MutatedIdentity_IsRefusedOrAnotherFunction()
    {
        Trip trip = new();
        int by = 2;
        string[] names = ["a"];
        Func<List<int>, int> function = items => items.Select(x => x + by + names.Length).Sum();
        byte[] original = PortableFunction.Of(function, trip.Pool).Identity.ToArray();
        Random random = new(20_261_122);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = original[..random.Next(original.Length / 2, original.Length + 1)];
            for (int j = random.Next(1, 4); j > 0; j--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                PayloadReader reader = new(bytes, trip);
                ResolvedFunction.Read(ref reader, trip.Code, trip.Worker);
            }
            catch (Exception exception) when (exception is PayloadException or NotPortableException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 20_000);
    }

    [Fact]
    public void Read_MutatedTokens_AreRefusedOrAnotherFunction()
    {
        Trip trip = new();
        int by = 2;
        Func<List<int>, int> function = items => items.Count + by;
        byte[] original = PortableFunction.Of(function, trip.Pool).Identity.ToArray();
        byte[] token = BitConverter.GetBytes(function.Method.MetadataToken);
        int at = original.AsSpan().LastIndexOf(token);
        Random random = new(20_261_123);
        int refused = 0;
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. original];
            BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(2) == 0 ? random.Next() : 0x06000000 + random.Next(5_000));
            try
            {
                PayloadReader reader = new(bytes, trip);
                ResolvedFunction.Read(ref reader, trip.Code, trip.Worker);
            }
            catch (Exception exception) when (exception is PayloadException or NotPortableException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 19_000, 20_000);
    }

    [Fact]
    public void Bind_MutatedCaptures_AreRefusedOrOtherValues()
    {
        Trip trip = new();
        string text = "text";
        Func<int, int> add = null!;
        add = x => x == 0 ? text.Length : add(x - 1);
        Func<int> function = () => add(3) + text.Length;
        byte[] original = trip.CapturesOf(function);
        PayloadReader identity = new(PortableFunction.Of(function, trip.Pool).Identity.Span, trip);
        ResolvedFunction resolved = ResolvedFunction.Read(ref identity, trip.Code, trip.Worker);
        Random random = new(20_261_124);
        int refused = 0;
        for (int i = 0; i < 10_000; i++)
        {
            byte[] bytes = [.. original];
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            try
            {
                PayloadReader reader = new(bytes, trip);
                resolved.Bind(ref reader);
            }
            catch (Exception exception) when (exception is PayloadException or NotPortableException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1, 10_000);
    }

    // A small assembly of its own, and one that it needs, written by the runtime's own writer.
    private (Assembly PlugIn, AssemblyLoadContext Context) LoadPlugIn()
    {
        string path = PlugInFiles.Write(_folder);
        AssemblyLoadContext context = new("plug-in", isCollectible: true);
        context.Resolving += (self, name) => self.LoadFromAssemblyPath(Path.Combine(_folder, name.Name + ".dll"));
        return (context.LoadFromAssemblyPath(path), context);
    }
}
