using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Real messages, damaged: each is read or refused, and nothing else happens.</summary>
public sealed class MutationTests
{
    // OVERLAP_THOROUGH=1 damages fifty times as many.
    private static readonly int Rounds = 20_000 * (Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1" ? 50 : 1);

    [Fact]
    public void Read_DamagedEnvelopes_AreReadOrRefused()
    {
        int refused = CountRefused(seed =>
        {
            GoldenMessage golden = GoldenVectors.Messages[seed % GoldenVectors.Messages.Count];
            byte[] raw = new Mutator(seed).Mutate(golden.Raw);
            TaskMessage task = TaskMessageCodec.Read(EnvelopeCodec.Read(raw, ProtocolLimits.Default), ProtocolLimits.Default, DateTimeOffset.UnixEpoch);

            // What was read can be written, and read again.
            byte[] written = EnvelopeCodec.Write(TaskMessageCodec.Write(task, emitsTypeTags: true, emitsNonFinite: true));
            Assert.Equal(task.Args.AsSpan(), TaskMessageCodec.Read(EnvelopeCodec.Read(written, ProtocolLimits.Default), ProtocolLimits.Default).Args.AsSpan());
        });

        Assert.InRange(refused, Rounds / 4, Rounds - 1);
    }

    [Fact]
    public void Read_DamagedBodies_AreReadOrRefused()
    {
        int refused = CountRefused(seed =>
        {
            WireMessage message = EnvelopeCodec.Read(GoldenVectors.Messages[seed % GoldenVectors.Messages.Count].Raw, ProtocolLimits.Default);
            TaskMessageCodec.Read(message with { Body = new Mutator(seed).Mutate(message.Body.ToArray()) }, ProtocolLimits.Default);
        });

        Assert.InRange(refused, Rounds / 4, Rounds - 1);
    }

    [Fact]
    public void Read_DamagedResults_AreReadOrRefused()
    {
        byte[][] documents = [.. GoldenVectors.Results.Concat(GoldenVectors.Published).Where(row => row.Raw is not null).Select(row => row.Raw!)];

        int refused = CountRefused(seed => ResultCodec.Read(new Mutator(seed).Mutate(documents[seed % documents.Length]), ProtocolLimits.Default));

        Assert.InRange(refused, Rounds / 4, Rounds - 1);
    }

    // Any other exception ends the test.
    private static int CountRefused(Action<int> read)
    {
        int refused = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            try
            {
                read(seed);
            }
            catch (MessageFormatException)
            {
                refused++;
            }
        }

        return refused;
    }
}
