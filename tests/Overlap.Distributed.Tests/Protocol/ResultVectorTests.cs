using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Every result that a real worker has stored or published.</summary>
public sealed class ResultVectorTests
{
    private static readonly ProtocolLimits Limits = ProtocolLimits.Default;

    private static readonly GoldenResult[] Rows = [.. GoldenVectors.Results.Concat(GoldenVectors.Published).Where(row => row.Raw is not null)];

    public static TheoryData<int, string> Documents => Choose(isDocument: true);

    public static TheoryData<int, string> OtherKeys => Choose(isDocument: false);

    [Theory]
    [MemberData(nameof(Documents))]
    public void ResultCodec_ReadAndWritten_IsTheSameDocument(int place, string name)
    {
        byte[] raw = Rows[place].Raw!;
        if (Rows[place].Scenario.StartsWith("32", StringComparison.Ordinal))
        {
            // A pickle.
            Assert.Equal(MessageDefect.ContentTypeRefused, Assert.Throws<MessageFormatException>(() => ResultCodec.Read(raw, Limits)).Defect);
            return;
        }

        bool isMessagePack = Rows[place].Scenario.StartsWith("31", StringComparison.Ordinal);
        ResultDocument document = ResultCodec.Read(raw, Limits);
        byte[] written = ResultCodec.Write(document, emitsTypeTags: true, emitsNonFinite: true, isMessagePack ? ContentKind.MessagePack : ContentKind.Json);

        Assert.Null(WireDifference.Find(WithDate(Parse(raw, isMessagePack)), Parse(written, isMessagePack), name));
    }

    [Theory]
    [MemberData(nameof(OtherKeys))]
    public void PythonJson_ReadAndWritten_IsTheSameGroupOrCounter(int place, string name)
    {
        WireValue value = PythonJson.Read(Rows[place].Raw, Limits);

        Assert.Null(WireDifference.Find(value, PythonJson.Read(PythonJson.Write(value), Limits), name));
    }

    private static TheoryData<int, string> Choose(bool isDocument) =>
        [.. Rows.Select((row, place) => new TheoryDataRow<int, string>(place, $"{row.Stack} {row.Scenario} {row.Key}"))
            .Where(row => Rows[row.Data.Item1].Key.Contains("celery-task-meta-", StringComparison.Ordinal) == isDocument)];

    private static WireMap Parse(byte[] raw, bool isMessagePack) => (isMessagePack ? MessagePack.Read(raw, Limits) : PythonJson.Read(raw, Limits)).AsMap();

    // Celery 5.2 leaves the offset away, which we write.
    private static WireMap WithDate(WireMap document) => document["date_done"].Kind == WireKind.Text && !document["date_done"].AsText().EndsWith("+00:00", StringComparison.Ordinal)
        ? document.With("date_done", document["date_done"].AsText() + "+00:00")
        : document;
}
