namespace Overlap.Distributed.Brokers;

/// <summary>What all brokers demand of a settlement before they begin with it.</summary>
internal static class SettlementCheck
{
    /// <summary>Throws if one lacks what its kind needs.</summary>
    public static void ThrowIfIncomplete(ReadOnlySpan<Settlement> settlements)
    {
        foreach (Settlement settlement in settlements)
        {
            ArgumentNullException.ThrowIfNull(settlement.Delivery, nameof(settlements));
            if (settlement.Kind == SettlementKind.Defer && settlement.Due is null)
            {
                throw new ArgumentException($"Delivery {settlement.Delivery.Tag} is put aside without a date.", nameof(settlements));
            }

            if (settlement.Kind == SettlementKind.DeadLetter && settlement.Cause is null)
            {
                throw new ArgumentException($"Delivery {settlement.Delivery.Tag} is made a dead letter without a cause.", nameof(settlements));
            }
        }
    }
}
