namespace Overlap.Actors;

/// <summary>The settings of one actor.</summary>
public sealed record ActorOptions
{
    internal static readonly ActorOptions Default = new();

    /// <summary>The name among its siblings, without a slash and a #. Default: the type of the messages, a # and a number.</summary>
    public string? Name
    {
        get;
        init
        {
            if (value is not null && (value.Length == 0 || value.AsSpan().ContainsAny('/', '#')))
            {
                throw new ArgumentException("A name has at least one letter, no slash and no #.", nameof(Name));
            }

            field = value;
        }
    }

    /// <summary>Its mailbox. Default: that of the system's options.</summary>
    public MailboxOptions? Mailbox { get; init; }

    /// <summary>How it looks after its children. Default: that of the system's options.</summary>
    public SupervisionStrategy? Supervision { get; init; }
}
