using System.Reflection;
using System.Reflection.Emit;

namespace Overlap.Tests.Processes.Functions;

/// <summary>Writes a plug-in and an assembly that it needs into a folder.</summary>
internal static class PlugInFiles
{
    /// <returns>The path of the plug-in.</returns>
    public static string Write(string folder)
    {
        // static string Needed.Names.Of(object value) => string.Concat("plug-in ", value);
        PersistedAssemblyBuilder needed = new(new AssemblyName("Needed"), typeof(object).Assembly);
        TypeBuilder names = needed.DefineDynamicModule("Needed").DefineType("Needed.Names", TypeAttributes.Public | TypeAttributes.Class);
        MethodBuilder of = names.DefineMethod("Of", MethodAttributes.Public | MethodAttributes.Static, typeof(string), [typeof(object)]);
        ILGenerator code = of.GetILGenerator();
        code.Emit(OpCodes.Ldstr, "plug-in ");
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, typeof(string).GetMethod(nameof(string.Concat), [typeof(object), typeof(object)])!);
        code.Emit(OpCodes.Ret);
        names.CreateType();
        needed.Save(Path.Combine(folder, "Needed.dll"));

        // static string PlugIn.Entry.Run(object value) => Needed.Names.Of(value);
        PersistedAssemblyBuilder plugIn = new(new AssemblyName("PlugIn"), typeof(object).Assembly);
        TypeBuilder entry = plugIn.DefineDynamicModule("PlugIn").DefineType("PlugIn.Entry", TypeAttributes.Public | TypeAttributes.Class);
        MethodBuilder run = entry.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static, typeof(string), [typeof(object)]);
        code = run.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Call, of);
        code.Emit(OpCodes.Ret);
        entry.CreateType();
        string path = Path.Combine(folder, "PlugIn.dll");
        plugIn.Save(path);
        return path;
    }
}
