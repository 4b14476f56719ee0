// The library's sources, and the twins beside them, meet the explorer's stand-ins wherever they name one of these types.
global using Interlocked = Overlap.Testing.Exploration.StandIns.Interlocked;
global using Lock = Overlap.Testing.Exploration.StandIns.Lock;
global using Monitor = Overlap.Testing.Exploration.StandIns.Monitor;
global using SpinWait = Overlap.Testing.Exploration.StandIns.SpinWait;
global using Thread = Overlap.Testing.Exploration.StandIns.Thread;
global using Volatile = Overlap.Testing.Exploration.StandIns.Volatile;
