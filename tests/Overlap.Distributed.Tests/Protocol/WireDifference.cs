using System.Globalization;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Finds where two values differ, whatever the order in their maps.</summary>
internal static class WireDifference
{
    /// <summary>Tells the first difference; <see langword="null"/>: there is none.</summary>
    public static string? Find(WireValue expected, WireValue actual, string place = "")
    {
        if (expected.Kind == WireKind.Array && actual.Kind == WireKind.Array)
        {
            if (expected.AsArray().Length != actual.AsArray().Length)
            {
                return $"{place}: {expected} and {actual}";
            }

            return expected.AsArray().Zip(actual.AsArray())
                .Select((pair, index) => Find(pair.First, pair.Second, string.Create(CultureInfo.InvariantCulture, $"{place}[{index}]")))
                .FirstOrDefault(difference => difference is not null);
        }

        if (expected.Kind == WireKind.Map && actual.Kind == WireKind.Map)
        {
            IEnumerable<string> names = expected.AsMap().Concat(actual.AsMap()).Select(entry => entry.Key).Distinct();
            return names.Select(name => expected.AsMap().ContainsKey(name) && actual.AsMap().ContainsKey(name)
                    ? Find(expected.AsMap()[name], actual.AsMap()[name], $"{place}.{name}")
                    : $"{place}.{name} is in one only")
                .FirstOrDefault(difference => difference is not null);
        }

        return expected == actual ? null : $"{place}: {expected} ({expected.Kind}) and {actual} ({actual.Kind})";
    }
}
