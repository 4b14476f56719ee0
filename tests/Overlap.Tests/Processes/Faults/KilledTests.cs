using System.Text.Json;
using System.Text.Json.Serialization;
using Overlap.Contracts;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Case 1: a worker is killed, whatever it is doing.</summary>
[Collection(nameof(FaultCollection))]
public sealed class KilledTests
{
    [Fact]
    public async Task Kill_IdleWorker_CostsNoCall()
    {
        await using FaultPool pool = new();
        Misdeeds.Send(await pool.WhereAsync(), Misdeeds.Kill);

        // At once: the call may be sent to the one that is dying.
        Assert.Equal(1, await pool.EchoAsync(1));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Kill_RunningWorker_FailsItsCallByName()
    {
        await using FaultPool pool = new();
        HeldCall held = await pool.HoldAsync();
        Misdeeds.Send(held.ProcessId, Misdeeds.Kill);
        WorkerDiedException death = await held.DeathAsync();
        Assert.Equal((held.ProcessId, Misdeeds.Kill, null), (death.ProcessId, death.Signal, death.ExitCode));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Kill_RunningWorker_FailsWithinASecond()
    {
        await using FaultPool pool = new();
        TimeSpan took = TimeSpan.MaxValue;

        // Wall time is also what the machine takes from everybody; a pool that is late by itself is late every time.
        for (int i = 0; i < 3 && took > TimeSpan.FromSeconds(1); i++)
        {
            HeldCall held = await pool.HoldAsync($"held{i}");
            long start = TimeProvider.System.GetTimestamp();
            Misdeeds.Send(held.ProcessId, Misdeeds.Kill);
            _ = await held.DeathAsync();
            took = TimeProvider.System.GetElapsedTime(start);
        }

        Assert.InRange(took, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Kill_WhileTheResultIsWritten_FailsTheCall()
    {
        await using FaultPool pool = new();
        Task<SlowResult> call = pool.Executor.SubmitAsync(SlowResult.Make, pool.Stage);
        await pool.Stage.WaitAsync("writing");
        Misdeeds.Send(int.Parse(pool.Stage.Notes("writer")[0]), Misdeeds.Kill);
        WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Equal(Misdeeds.Kill, death.Signal);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Kill_BetweenHeaderAndBody_FailsTheCall()
    {
        await using FaultPool pool = new();
        Task<int> call = pool.Executor.SubmitAsync(Forgery.Commit, ("header-only", Misdeeds.Kill));
        WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => call.WaitAsync(FaultPool.Guard));
        Assert.Equal(Misdeeds.Kill, death.Signal);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Kill_AllFourRunning_FailsFourCalls()
    {
        await using FaultPool pool = new();
        HeldCall[] held = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => pool.HoldAsync($"held{i}")));
        Assert.Equal(4, held.Select(static call => call.ProcessId).Distinct().Count());
        foreach (HeldCall call in held)
        {
            Misdeeds.Send(call.ProcessId, Misdeeds.Kill);
        }

        foreach (HeldCall call in held)
        {
            Assert.Equal(call.ProcessId, (await call.DeathAsync()).ProcessId);
        }

        await pool.EndAsync();
    }

    /// <summary>A result whose writing stops in the middle.</summary>
    [JsonConverter(typeof(Slowly))]
    internal sealed record SlowResult(ContractStage Stage)
    {
        public static SlowResult Make(ContractStage stage) => new(stage);

        private sealed class Slowly : JsonConverter<SlowResult>
        {
            public override SlowResult Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
            {
                reader.Skip();
                return new(new ContractStage(""));
            }

            public override void Write(Utf8JsonWriter writer, SlowResult value, JsonSerializerOptions options)
            {
                writer.WriteStartArray();
                writer.WriteStringValue(new string('x', 1_000_000));
                value.Stage.Add("writer", $"{Environment.ProcessId}");
                value.Stage.Signal("writing");
                value.Stage.Wait("never");
                writer.WriteEndArray();
            }
        }
    }
}
