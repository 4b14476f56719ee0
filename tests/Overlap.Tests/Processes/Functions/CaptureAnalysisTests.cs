using System.Reflection;
using System.Runtime.CompilerServices;
using Overlap.Processes.Functions;

namespace Overlap.Tests.Processes.Functions;

public sealed class CaptureAnalysisTests
{
    // Much real code that was not written for these tests, most of it optimized.
    [Fact]
    public void Run_ClosuresOfTheRuntimeAndOurOwn_MissesNoFieldThatTheyRead()
    {
        Assembly[] assemblies =
        [
            typeof(System.Text.RegularExpressions.Regex).Assembly, typeof(System.Text.Json.JsonSerializer).Assembly, typeof(System.Xml.XmlDocument).Assembly,
            typeof(Enumerable).Assembly, typeof(System.Linq.Expressions.Expression).Assembly, typeof(HttpClient).Assembly,
            typeof(PortableFunction).Assembly, typeof(Trip).Assembly, typeof(Assert).Assembly,
        ];
        int looked = 0;
        foreach (MethodInfo method in assemblies.SelectMany(static assembly => assembly.GetTypes()).Where(IsClosure).SelectMany(static type => type.GetMethods(Metadata.Instance)))
        {
            if (method.GetMethodBody()?.GetILAsByteArray() is not { } code || method.ContainsGenericParameters)
            {
                continue;
            }

            Scope scope = CaptureAnalysis.Run(method, RuntimeHelpers.GetUninitializedObject(method.DeclaringType!));
            looked++;
            int[] found = [.. scope.ReadFields.Concat(scope.Inner.Select(static inner => inner.Field)).Select(static field => field.MetadataToken)];
            Assert.False(scope.HasEscaped, $"{method.DeclaringType}.{method.Name} was not followed");
            Assert.All(FieldsReadBy(method, code), field => Assert.Contains(field.MetadataToken, found));
        }

        Assert.InRange(looked, 200, int.MaxValue);
    }

    private static bool IsClosure(Type type) =>
        FunctionNames.IsClosure(type) && !type.IsValueType && !type.ContainsGenericParameters && type.Name.Contains("DisplayClass", StringComparison.Ordinal);

    private static IEnumerable<FieldInfo> FieldsReadBy(MethodInfo method, byte[] code) =>
        from instruction in Instruction.Split(code)
        where instruction.Code.Name is "ldfld" or "ldflda" && instruction.Operand >>> 24 == 0x04
        let field = method.Module.ResolveField(instruction.Operand)
        where field.DeclaringType == method.DeclaringType && !FunctionNames.IsCache(field)
        select field;
}
