namespace Overlap.Adaptation;

/// <summary>How many calls fail as a rule, so that more failures under more workers are told from chance.</summary>
internal sealed class FailureWatch
{
    private const double Kept = 0.9;
    private const int FewFailures = 3;
    private const double More = 0.05;
    private const double StandardErrors = 1.5;

    private double _ended;
    private double _failed;

    /// <summary>The part of the calls that fails as a rule.</summary>
    public double Share => _ended > 0 ? _failed / _ended : 0;

    /// <summary>Takes a stretch in which failures were as a rule.</summary>
    public void Add(in LimitSample sample)
    {
        _ended = (_ended * Kept) + sample.Ended;
        _failed = (_failed * Kept) + sample.Failed;
    }

    /// <summary>Begins anew: what was too much is the rule now.</summary>
    public void Forget() => (_ended, _failed) = (0, 0);

    /// <summary>Whether more failed in a stretch than as a rule, by more than chance explains.</summary>
    public bool IsExceededBy(in LimitSample sample)
    {
        if (_ended == 0 || sample.Failed < FewFailures)
        {
            return false;
        }

        double error = Math.Sqrt(Variance(sample.Failed, sample.Ended) + Variance(_failed, _ended));
        return sample.FailureShare > Share + More + (StandardErrors * error);
    }

    // One of each is added, or a few calls without a failure would leave no doubt at all.
    private static double Variance(double failed, double ended)
    {
        double share = (failed + 1) / (ended + 2);
        return share * (1 - share) / ended;
    }
}
