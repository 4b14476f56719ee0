using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

/// <summary>Messages made by hand, which a Python worker ran, dropped, or died of.</summary>
public sealed class ProbeTests
{
    public static TheoryData<int, string> All =>
        [.. GoldenVectors.Probes.Select((probe, place) => new TheoryDataRow<int, string>(place, $"{probe.Stack} {probe.Name}"))];

    [Theory]
    [MemberData(nameof(All))]
    public void Read_ProbeOfAWorker_IsReadOrRefusedAsSaid(int place, string name)
    {
        Assert.NotEmpty(name);

        Assert.Equal(ExpectedOf(GoldenVectors.Probes[place].Name), DefectOf(GoldenVectors.Probes[place].Raw));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Read_WhatAPythonWorkerRuns_IsRead(int place, string name)
    {
        // Arguments given by name in the place of a list: Celery runs the task with the names as its arguments, which nobody meant.
        // A tag that nobody knows: Celery 5.2 knows none at all, and takes it for a map.
        if (GoldenVectors.Probes[place].IsAnswered && GoldenVectors.Probes[place].Name is not ("args_object_instead_of_list" or "type_tag_unknown"))
        {
            Assert.True(DefectOf(GoldenVectors.Probes[place].Raw) is null, name);
        }
    }

    private static MessageDefect? DefectOf(byte[] raw)
    {
        try
        {
            TaskMessageCodec.Read(EnvelopeCodec.Read(raw, ProtocolLimits.Default), ProtocolLimits.Default);
            return null;
        }
        catch (MessageFormatException wrong)
        {
            return wrong.Defect;
        }
    }

    // Without properties nothing says that the body is base64, and as it stands it is no JSON.
    private static MessageDefect? ExpectedOf(string probe) => probe switch
    {
        "body_two_elements" or "body_plain_json_but_says_base64" or "kwargs_list_instead_of_object" or "args_object_instead_of_list"
            or "missing_properties" or "missing_id_header" or "not_json_at_all" or "json_but_list" or "body_not_json" => MessageDefect.Malformed,
        "eta_epoch_number" or "eta_garbage" => MessageDefect.InvalidDate,
        "type_tag_unknown" => MessageDefect.UnknownTag,
        "compression_header_real_gzip_bytes" => MessageDefect.CompressionRefused,
        "content_type_not_accepted_yaml_only_json" or "missing_content_type" => MessageDefect.ContentTypeRefused,
        "missing_headers" => MessageDefect.NotATask,
        _ => null,
    };
}
