using System.ComponentModel;
using System.Net.Sockets;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>What well-known exceptions keep beside their message.</summary>
/// <param name="Name">The parameter, object, file or type that it is about.</param>
/// <param name="Value">The value that was out of range.</param>
/// <param name="Code">The number of the error, or of the answer's status.</param>
internal readonly record struct ExceptionDetails(string? Name, object? Value, int Code)
{
    public static ExceptionDetails Of(Exception exception) => exception switch
    {
        ArgumentOutOfRangeException range => new(range.ParamName, SimpleValue.IsOne(range.ActualValue) ? range.ActualValue : range.ActualValue?.ToString(), 0),
        ArgumentException argument => new(argument.ParamName, null, 0),
        ObjectDisposedException disposed => new(disposed.ObjectName, null, 0),
        FileNotFoundException file => new(file.FileName, null, 0),
        FileLoadException file => new(file.FileName, null, 0),
        RemoteCallException remote => new(remote.RemoteTypeName, remote.RemoteMessage, 0),
        TypeInitializationException type => new(type.TypeName, null, 0),
        SocketException socket => new(null, null, (int)socket.SocketErrorCode),
        Win32Exception native => new(null, null, native.NativeErrorCode),
        HttpRequestException request => new(null, null, (int?)request.StatusCode ?? 0),
        _ => default,
    };

    public static ExceptionDetails Read(ref PayloadReader reader) =>
        new(SimpleValue.Read(ref reader) as string, SimpleValue.Read(ref reader), reader.Read<int>());

    public void Write(PayloadWriter writer, int most)
    {
        SimpleValue.Write(writer, Name, most);
        SimpleValue.Write(writer, Value, most);
        writer.Write(Code);
    }
}
