// Three threads print letter by letter through one owner, so that lines never mix; a printer that jams is restarted and loses that line only.
// Usage: printer-actor
using Overlap.Actors;

StringWriter paper = new();
await using ActorSystem system = new();
system.ActorFailed += static failure => Console.WriteLine($"{failure.Actor}: {failure.Exception.Message} {failure.Directive}.");
ActorRef<IPrinting> printer = system.Spawn(() => new Printer(paper), new ActorOptions { Name = "printer" });

Thread[] threads = [.. Enumerable.Range(1, 3).Select(writer => new Thread(() =>
{
    for (int number = 1; number <= 20; number++)
    {
        printer.Tell(new Line($"writer {writer}, line {number}"));
    }
}))];
foreach (Thread thread in threads)
{
    thread.Start();
}

foreach (Thread thread in threads)
{
    thread.Join();
}

int prints = await printer.AskAsync<int>(static reply => new Finish(reply));
string[] lines = paper.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
int whole = lines.Count(static line => line.StartsWith("writer ", StringComparison.Ordinal) && line.Split(", line ").Length == 2);
Console.WriteLine($"3 writers, 60 lines: {whole} printed whole, {lines.Length - whole} mixed, {60 - lines.Length} lost");
Console.WriteLine($"The present printer knows {(prints < lines.Length ? "only its own lines" : "all lines")}: a restart makes a new one");

internal interface IPrinting;

internal sealed record Line(string Text) : IPrinting;

internal sealed record Finish(ReplyTo<int> Reply) : IPrinting;

// snippet
internal sealed class Printer(TextWriter paper) : Actor<IPrinting>
{
    private int _printed;

    protected override async ValueTask ReceiveAsync(IPrinting message)
    {
        switch (message)
        {
            case Line { Text: "writer 2, line 7" }:
                throw new InvalidOperationException("Paper jam.");
            case Line line:
                foreach (char letter in line.Text)
                {
                    paper.Write(letter);
                    await Task.Yield();   // Others may run now, but no other message of this actor.
                }

                paper.Write('\n');
                _printed++;
                break;
            case Finish finish:
                finish.Reply.Send(_printed);
                break;
        }
    }
}
// end snippet
