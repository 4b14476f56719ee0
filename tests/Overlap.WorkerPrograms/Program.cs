using Overlap.WorkerPrograms;

// What to be is the first argument.
switch (args)
{
    case ["parent", .. string[] command]:
        ParentProgram.Run(command);
        break;
    case ["cycles", string count]:
        CyclesProgram.Run(int.Parse(count));
        break;
    case ["pool", string count]:
        await PoolProgram.RunAsync(int.Parse(count));
        break;
    case ["attack", .. string[] targets]:
        AttackProgram.Run(targets);
        break;
    case ["worker", string behaviour]:
        WorkerProgram.Run(behaviour);
        break;
    default:
        throw new ArgumentException($"Unknown program: {string.Join(' ', args)}");
}
