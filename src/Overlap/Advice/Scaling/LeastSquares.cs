namespace Overlap.Advice.Scaling;

/// <summary>A line through weighted points, of one to three coefficients.</summary>
/// <remarks>Source: the normal equations, solved by elimination with pivoting; small enough for it.</remarks>
internal sealed class LeastSquares
{
    private readonly double[][] _inverse;

    private LeastSquares(double[] coefficients, double[][] inverse, double residual) =>
        (Coefficients, _inverse, Residual) = (coefficients, inverse, residual);

    public double[] Coefficients { get; }

    /// <summary>The weighted sum of the squared residuals.</summary>
    public double Residual { get; }

    /// <summary>Fits; <see langword="null"/> when the points do not determine the coefficients.</summary>
    /// <param name="rows">What stands with each coefficient, point by point.</param>
    /// <param name="values">What is to be met.</param>
    /// <param name="weights">How much a squared residual counts.</param>
    public static LeastSquares? Fit(double[][] rows, double[] values, double[] weights)
    {
        int size = rows[0].Length;
        double[][] matrix = [.. Enumerable.Range(0, size).Select(_ => new double[size])];
        double[] right = new double[size];
        for (int point = 0; point < rows.Length; point++)
        {
            for (int i = 0; i < size; i++)
            {
                right[i] += weights[point] * rows[point][i] * values[point];
                for (int j = 0; j < size; j++)
                {
                    matrix[i][j] += weights[point] * rows[point][i] * rows[point][j];
                }
            }
        }

        if (Invert(matrix) is not { } inverse)
        {
            return null;
        }

        double[] coefficients = [.. inverse.Select(row => row.Zip(right, static (a, b) => a * b).Sum())];
        double residual = 0;
        for (int point = 0; point < rows.Length; point++)
        {
            double off = values[point] - Dot(rows[point], coefficients);
            residual += weights[point] * off * off;
        }

        return new LeastSquares(coefficients, inverse, residual);
    }

    public double ValueAt(double[] row) => Dot(row, Coefficients);

    /// <summary>The variance of the line at a place, in units of the variance of a point of weight 1.</summary>
    public double VarianceAt(double[] row) => Dot(row, [.. _inverse.Select(line => Dot(line, row))]);

    private static double Dot(double[] a, double[] b) => a.Zip(b, static (x, y) => x * y).Sum();

    private static double[][]? Invert(double[][] matrix)
    {
        int size = matrix.Length;

        // Columns of very different size would make the pivots meaningless.
        double[] scale = [.. Enumerable.Range(0, size).Select(i => 1 / Math.Sqrt(Math.Max(matrix[i][i], double.Epsilon)))];
        double[][] work = [.. matrix.Select((row, i) => (double[])[.. row.Select((value, j) => value * scale[i] * scale[j]), .. Enumerable.Range(0, size).Select(j => i == j ? 1d : 0d)])];
        for (int column = 0; column < size; column++)
        {
            int pivot = Enumerable.Range(column, size - column).MaxBy(row => Math.Abs(work[row][column]));
            if (Math.Abs(work[pivot][column]) < 1e-12)
            {
                return null;
            }

            (work[column], work[pivot]) = (work[pivot], work[column]);
            double lead = work[column][column];
            work[column] = [.. work[column].Select(value => value / lead)];
            for (int row = 0; row < size; row++)
            {
                double factor = work[row][column];
                if (row != column && factor != 0)
                {
                    work[row] = [.. work[row].Zip(work[column], (value, own) => value - (factor * own))];
                }
            }
        }

        return [.. work.Select((row, i) => (double[])[.. row[size..].Select((value, j) => value * scale[i] * scale[j])])];
    }
}
