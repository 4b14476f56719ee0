using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.PlantedBugs;

/// <summary>A lock-free stack whose nodes are used again.</summary>
internal static class StackBugs
{
    /// <summary>A pop compares the top only: the same node may be the top again, with another one below it.</summary>
    public static void Aba(ThreadExplorer x, bool isPlanted)
    {
        Stack stack = new(isPlanted);
        Node c = new();
        Node b = new();
        Node a = new();
        stack.Push(c);
        stack.Push(b);
        stack.Push(a);
        List<Node> mine = [];
        List<Node> others = [];
        x.Spawn("slow", () => mine.Add(stack.Pop()!));
        x.Spawn("quick", () =>
        {
            Node first = stack.Pop()!;
            others.Add(stack.Pop()!);
            stack.Push(first);
        });
        x.AtEnd(() =>
        {
            List<Node> all = [.. mine, .. others];
            while (stack.Pop() is { } node)
            {
                all.Add(node);
                x.Assert(all.Count <= 3, "a node is in two places");
            }

            x.Assert(all.Distinct().Count() == 3, "a node is in two places");
        });
    }

    private sealed class Node
    {
        public Node? Next;
    }

    private sealed record Top(Node? Node, int Version);

    private sealed class Stack(bool isWithoutVersion)
    {
        private Node? _node;
        private Top _top = new(null, 0);

        public void Push(Node node)
        {
            while (true)
            {
                Top top = Volatile.Read(ref _top);
                Node? below = isWithoutVersion ? Volatile.Read(ref _node) : top.Node;
                Volatile.Write(ref node.Next, below);
                if (TrySet(top, below, node))
                {
                    return;
                }
            }
        }

        public Node? Pop()
        {
            while (true)
            {
                Top top = Volatile.Read(ref _top);
                Node? node = isWithoutVersion ? Volatile.Read(ref _node) : top.Node;
                if (node is null)
                {
                    return null;
                }

                Node? next = Volatile.Read(ref node.Next);
                if (TrySet(top, node, next))
                {
                    return node;
                }
            }
        }

        private bool TrySet(Top top, Node? before, Node? after) => isWithoutVersion
            ? Interlocked.CompareExchange(ref _node, after, before) == before
            : ReferenceEquals(Interlocked.CompareExchange(ref _top, new Top(after, top.Version + 1), top), top);
    }
}
