using System.Collections.Immutable;
using System.Text;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Protocol;

public sealed class ResultCodecTests
{
    private static readonly ResultDocument Success = new()
    {
        TaskId = "i",
        State = TaskState.Success,
        StateName = "SUCCESS",
        Result = 4,
        DoneAt = new DateTimeOffset(2026, 11, 21, 1, 14, 38, TimeSpan.Zero),
    };

    [Fact]
    public void Write_Success_IsCelerysDocument() => Assert.Equal(
        """{"status": "SUCCESS", "result": 4, "traceback": null, "children": [], "date_done": "2026-11-21T01:14:38.000000+00:00", "task_id": "i"}""",
        Write(Success));

    [Fact]
    public void Write_Failure_IsAnExceptionObject() => Assert.Contains(
        """
        "status": "FAILURE", "result": {"exc_type": "ValueError", "exc_message": ["boom", 2], "exc_module": "builtins"}, "traceback": "at x"
        """,
        Write(Success with { State = TaskState.Failure, StateName = "FAILURE", Error = new RemoteError("ValueError", ["boom", 2], "builtins"), Traceback = "at x" }),
        StringComparison.Ordinal);

    [Fact]
    public void Write_OtherPartOfAKnownName_IsNotWrittenTwice() => Assert.DoesNotContain(
        "SECOND",
        Write(Success with { Others = new WireMap(KeyValuePair.Create<string, WireValue>("status", "SECOND")) }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("2026-11-21T01:14:38.365418")]
    [InlineData("2026-11-21T01:14:38.365418+00:00")]
    [InlineData("2026-11-21T03:14:38.365418+02:00")]
    public void Read_DateOfEitherGeneration_IsTheMoment(string date) => Assert.Equal(
        new DateTimeOffset(2026, 11, 21, 1, 14, 38, TimeSpan.Zero).AddMicroseconds(365418),
        Read($$"""{"status": "SUCCESS", "task_id": "i", "date_done": "{{date}}"}""").DoneAt);

    [Fact]
    public void Read_TheLeast_HasDefaults()
    {
        ResultDocument document = Read("""{"status": "SUCCESS", "task_id": "i", "result": 4}""");

        Assert.Equal((WireValue)ImmutableArray<WireValue>.Empty, document.Children);
        Assert.Equal((null, null, null), (document.DoneAt, document.Traceback, document.GroupId));
        Assert.True(document.IsReady);
    }

    [Fact]
    public void Read_NoChildren_StaysNothing() => Assert.True(Read("""{"status": "SUCCESS", "task_id": "i", "children": null}""").Children.IsNull);

    [Fact]
    public void Read_StateOfTheUsers_IsCustomByItsName()
    {
        ResultDocument document = Read("""{"status": "PROGRESS", "task_id": "i", "result": {"done": 5}}""");

        Assert.Equal((TaskState.Custom, "PROGRESS", false), (document.State, document.StateName, document.IsReady));
        Assert.Equal("{'done': 5}", document.Result.ToString());
    }

    [Theory]
    [InlineData("""{"exc_type": "E", "exc_message": ["a", 1], "exc_module": "m"}""", "E", "['a', 1]", "m")]
    [InlineData("""{"exc_type": "E", "exc_message": "a", "exc_module": null}""", "E", "['a']", null)]
    [InlineData("""{"exc_type": "E"}""", "E", "[]", null)]
    [InlineData("""{"exc_type": "E", "exc_message": {"a": 1}}""", "E", "[{'a': 1}]", null)]
    [InlineData("\"a\"", "Exception", "['a']", null)]
    public void Read_Exception_InEveryForm(string json, string type, string arguments, string? module)
    {
        RemoteError error = Read($$"""{"status": "FAILURE", "task_id": "i", "result": {{json}}}""").Error!;

        Assert.Equal((type, arguments, module), (error.Type, ((WireValue)error.Arguments).ToString(), error.Module));
    }

    [Fact]
    public void Read_ExceptionThatNamesADangerousType_IsData()
    {
        RemoteError error = Read("""{"status": "FAILURE", "task_id": "i", "result": {"exc_type": "system", "exc_message": ["touch /x"], "exc_module": "os"}}""").Error!;

        Assert.Equal(("system", "os", "touch /x"), (error.Type, error.Module, error.Message));
    }

    [Theory]
    [InlineData("[]", MessageDefect.Malformed)]
    [InlineData("5", MessageDefect.Malformed)]
    [InlineData("""{"task_id": "i"}""", MessageDefect.Malformed)]
    [InlineData("""{"status": "SUCCESS"}""", MessageDefect.Malformed)]
    [InlineData("""{"status": 1, "task_id": "i"}""", MessageDefect.Malformed)]
    [InlineData("""{"status": "FAILURE", "task_id": "i"}""", MessageDefect.Malformed)]
    [InlineData("""{"status": "FAILURE", "task_id": "i", "result": {"exc_type": 5}}""", MessageDefect.Malformed)]
    [InlineData("""{"status": "SUCCESS", "task_id": "i", "children": 5}""", MessageDefect.Malformed)]
    [InlineData("""{"status": "SUCCESS", "task_id": "i", "date_done": 5}""", MessageDefect.InvalidDate)]
    [InlineData("", MessageDefect.Malformed)]
    public void Read_NoDocument_SaysWhy(string json, MessageDefect expected) =>
        Assert.Equal(expected, Assert.Throws<MessageFormatException>(() => Read(json)).Defect);

    [Theory]
    [InlineData(ContentKind.Json)]
    [InlineData(ContentKind.MessagePack)]
    public void WriteAndRead_EverythingSaid_IsTheSame(ContentKind content)
    {
        ResultDocument document = Success with
        {
            Traceback = "t",
            Children = ImmutableArray.Create<WireValue>(1),
            ParentId = "p",
            GroupId = "g",
            Others = new WireMap(KeyValuePair.Create<string, WireValue>("name", "n"), KeyValuePair.Create<string, WireValue>("own", 1)),
        };

        Assert.Equal(document, ResultCodec.Read(ResultCodec.Write(document, content: content), ProtocolLimits.Default));
    }

    private static string Write(ResultDocument document) => Encoding.UTF8.GetString(ResultCodec.Write(document));

    private static ResultDocument Read(string json) => ResultCodec.Read(Encoding.UTF8.GetBytes(json), ProtocolLimits.Default);
}
