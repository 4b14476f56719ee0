namespace Overlap.Distributed.Protocol;

/// <summary>Why a message cannot be handled. It is kept as a dead letter with this reason.</summary>
public enum MessageDefect
{
    /// <summary>It is not what its form says: no JSON, no object, no base64, a part missing or of another type.</summary>
    Malformed,

    /// <summary>It is larger than the limit, as it came or once inflated.</summary>
    TooLarge,

    /// <summary>It is nested deeper than the limit, or has more parts.</summary>
    TooDeep,

    /// <summary>A name occurs twice in one object.</summary>
    DuplicateKey,

    /// <summary>A text is not UTF-8.</summary>
    InvalidUtf8,

    /// <summary>A number is too large for its type, or beyond its limit.</summary>
    NumberOverflow,

    /// <summary>A content type that is not accepted; pickle and YAML are never parsed.</summary>
    ContentTypeRefused,

    /// <summary>A compression that is not known, or a body that does not inflate.</summary>
    CompressionRefused,

    /// <summary>An eta or an expiry that is no date, or an eta that is further ahead than the limit.</summary>
    InvalidDate,

    /// <summary>A tagged value whose tag is not known.</summary>
    UnknownTag,

    /// <summary>It is no task message of any version.</summary>
    NotATask,

    /// <summary>A task that this worker does not know.</summary>
    UnknownTask,

    /// <summary>As many workers have lost it by dying or standing still as are allowed to.</summary>
    Poison,

    /// <summary>Its task has rejected it.</summary>
    Rejected,

    /// <summary>Its call has failed, and its task keeps such messages.</summary>
    Failed,
}
