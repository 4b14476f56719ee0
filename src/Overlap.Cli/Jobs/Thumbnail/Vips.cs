using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>The system's libvips: the only file that calls it, and what it gives and takes is memory alone.</summary>
/// <remarks>
/// Operations are made by name and get their arguments as texts, the one way into the library whose functions take no variable arguments: those
/// cannot be called from here on every processor. Nothing but the decoders of <see cref="PictureFormat"/> can be reached, whatever a file claims to be.
/// Thread-safe; a call uses its caller's thread and one of the library's. Source: libvips 8.13 or later, C interface.
/// </remarks>
internal static unsafe partial class Vips
{
    private const string Library = "libvips.so.42";
    private const string Objects = "libgobject-2.0.so.0";
    private const string Basics = "libglib-2.0.so.0";

    private static readonly string[] Classes =
    [
        "VipsForeignLoadJpeg", "VipsForeignLoadPng", "VipsForeignLoadWebp", "VipsForeignLoadNsgif",
        "VipsForeignSaveJpeg", "VipsForeignSavePng", "VipsForeignSaveWebp",
    ];

    private static readonly Lazy<string?> Problem = new(() => Start(Library));
    private static int _damagedEnds;

    /// <summary>How often a JPEG turned out to be damaged after its last strip, in the whole process.</summary>
    public static int DamagedEnds => Volatile.Read(ref _damagedEnds);

    /// <summary>Loads the library, once.</summary>
    /// <exception cref="RunException">It is not there or too old; the message says what to install.</exception>
    public static void Require()
    {
        if (Problem.Value is { } problem)
        {
            throw new RunException(ExitCode.Environment, problem);
        }
    }

    /// <summary>Decodes a picture, makes it smaller, and encodes it.</summary>
    /// <param name="source">The picture's file.</param>
    /// <param name="steps">What decodes it, what makes it smaller, and what encodes it.</param>
    /// <param name="cancellationToken">Gives up between two strips of the picture.</param>
    /// <returns>The new picture's file.</returns>
    /// <exception cref="VipsException">The library gave an error.</exception>
    public static EncodedPicture Shrink(ReadOnlySpan<byte> source, VipsSteps steps, CancellationToken cancellationToken)
    {
        fixed (byte* start = source)
        {
            return Shrink(vips_source_new_from_memory(start, (nuint)source.Length), steps, cancellationToken);
        }
    }

    /// <summary>Gives what the library has to say of errors, and forgets it. One text for the whole process: other threads' errors are in it too.</summary>
    public static string TakeErrors()
    {
        nint text = vips_error_buffer_copy();
        string errors = Marshal.PtrToStringUTF8(text) ?? "";
        g_free(text);
        return errors;
    }

    /// <summary>Loads and prepares a library.</summary>
    /// <returns>What is wrong, or <see langword="null"/>.</returns>
    internal static string? Start(string library)
    {
        if (!NativeLibrary.TryLoad(library, out nint handle))
        {
            return $"thumbnail needs libvips, and {library} is not on this machine; Debian and Ubuntu have it in a package: apt-get install libvips42";
        }

        if (!NativeLibrary.TryGetExport(handle, nameof(vips_operation_block_set), out _))
        {
            return "thumbnail needs libvips 8.13 or later: an older one cannot be kept from decoding what it should not";
        }

        // A home without modules: those for rarer formats take longer to load than a picture takes, and none of them may be used.
        _ = g_setenv("VIPSHOME", "/nonexistent", 1);
        _ = g_log_set_default_handler(&Hear, 0);
        if (vips_init("overlap") != 0)
        {
            return $"libvips does not start: {TakeErrors().ReplaceLineEndings(" ").Trim()}";
        }

        // Many pictures at a time, each on one thread; and none comes twice.
        vips_concurrency_set(1);
        vips_cache_set_max(0);
        vips_operation_block_set("VipsForeignLoad", 1);
        vips_operation_block_set("VipsForeignSave", 1);
        foreach (string name in Classes)
        {
            vips_operation_block_set(name, 0);
        }

        vips_block_untrusted_set(1);
        return null;
    }

    private static EncodedPicture Shrink(nint memory, VipsSteps steps, CancellationToken cancellationToken)
    {
        nint decoded = 0;
        nint small = 0;
        nint encoding = 0;
        try
        {
            decoded = Run(steps.Decode, "source", vips_source_get_type(), memory);
            small = Run(steps.Shrink, "in", vips_image_get_type(), decoded);
            using CancellationTokenRegistration kill = cancellationToken.UnsafeRegister(static state => vips_image_set_kill((nint)state!, 1), small);
            encoding = Create(steps.Encode, "in", vips_image_get_type(), small);
            Build(ref encoding);
            return new EncodedPicture(TakeBytes(encoding), vips_image_get_width(small), vips_image_get_height(small));
        }
        finally
        {
            Release(encoding);
            Unreference(small);
            Unreference(decoded);
            g_object_unref(memory);
        }
    }

    /// <summary>Hears what the library would write to standard error. Most of it is for its developers.</summary>
    /// <remarks>
    /// One word matters: the decoder of JPEGs fails on damage only when it is asked for a further strip, so damage in the last one is told
    /// by a warning alone. It comes on whatever thread frees the decoder.
    /// </remarks>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Hear(byte* domain, int level, byte* message, nint data)
    {
        if (message is not null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(message).StartsWith("read gave "u8))
        {
            Interlocked.Increment(ref _damagedEnds);
        }
    }

    /// <summary>Runs an operation that makes a picture of something. Most decode nothing yet: the pixels come when the last operation asks for them.</summary>
    private static nint Run(VipsStep step, string input, nuint type, nint value)
    {
        nint operation = Create(step, input, type, value);
        try
        {
            Build(ref operation);
            return GetObject(operation, "out", vips_image_get_type());
        }
        finally
        {
            Release(operation);
        }
    }

    private static nint Create(VipsStep step, string input, nuint type, nint value)
    {
        nint created = vips_operation_new(step.Operation);
        if (created == 0)
        {
            throw new VipsException();
        }

        SetObject(created, input, type, value);
        foreach ((string name, string text) in step.Arguments)
        {
            if (vips_object_set_argument_from_string(created, name, text) != 0)
            {
                g_object_unref(created);
                throw new VipsException();
            }
        }

        return created;
    }

    private static void Build(ref nint operation)
    {
        if (vips_cache_operation_buildp(ref operation) != 0)
        {
            throw new VipsException();
        }
    }

    private static void Release(nint operation)
    {
        if (operation != 0)
        {
            vips_object_unref_outputs(operation);
            g_object_unref(operation);
        }
    }

    private static void Unreference(nint owner)
    {
        if (owner != 0)
        {
            g_object_unref(owner);
        }
    }

    private static void SetObject(nint owner, string name, nuint type, nint value)
    {
        Value holder = default;
        g_value_init(ref holder, type);
        g_value_set_object(ref holder, value);
        g_object_set_property(owner, name, ref holder);
        g_value_unset(ref holder);
    }

    private static nint GetObject(nint owner, string name, nuint type)
    {
        Value holder = default;
        g_value_init(ref holder, type);
        g_object_get_property(owner, name, ref holder);
        nint value = g_object_ref(g_value_get_object(ref holder));
        g_value_unset(ref holder);
        return value;
    }

    private static byte[] TakeBytes(nint operation)
    {
        Value holder = default;
        g_value_init(ref holder, vips_blob_get_type());
        g_object_get_property(operation, "buffer", ref holder);
        byte* start = vips_blob_get(g_value_get_boxed(ref holder), out nuint length);
        byte[] bytes = new ReadOnlySpan<byte>(start, checked((int)length)).ToArray();
        g_value_unset(ref holder);
        return bytes;
    }

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int vips_init(string program);

    [LibraryImport(Library)]
    private static partial void vips_concurrency_set(int threads);

    [LibraryImport(Library)]
    private static partial void vips_cache_set_max(int operations);

    [LibraryImport(Library)]
    private static partial void vips_block_untrusted_set(int state);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void vips_operation_block_set(string name, int state);

    [LibraryImport(Library)]
    private static partial nint vips_error_buffer_copy();

    [LibraryImport(Library)]
    private static partial nint vips_source_new_from_memory(byte* data, nuint length);

    [LibraryImport(Library)]
    private static partial nuint vips_source_get_type();

    [LibraryImport(Library)]
    private static partial nuint vips_image_get_type();

    [LibraryImport(Library)]
    private static partial nuint vips_blob_get_type();

    [LibraryImport(Library)]
    private static partial byte* vips_blob_get(nint blob, out nuint length);

    [LibraryImport(Library)]
    private static partial int vips_image_get_width(nint image);

    [LibraryImport(Library)]
    private static partial int vips_image_get_height(nint image);

    [LibraryImport(Library)]
    private static partial void vips_image_set_kill(nint image, int kill);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint vips_operation_new(string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int vips_object_set_argument_from_string(nint operation, string name, string value);

    [LibraryImport(Library)]
    private static partial int vips_cache_operation_buildp(ref nint operation);

    [LibraryImport(Library)]
    private static partial void vips_object_unref_outputs(nint operation);

    [LibraryImport(Basics, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int g_setenv(string variable, string value, int overwrite);

    [LibraryImport(Basics)]
    private static partial nint g_log_set_default_handler(delegate* unmanaged[Cdecl]<byte*, int, byte*, nint, void> handler, nint data);

    [LibraryImport(Basics)]
    private static partial void g_free(nint memory);

    [LibraryImport(Objects)]
    private static partial nint g_object_ref(nint owner);

    [LibraryImport(Objects)]
    private static partial void g_object_unref(nint owner);

    [LibraryImport(Objects, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void g_object_set_property(nint owner, string name, ref Value value);

    [LibraryImport(Objects, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void g_object_get_property(nint owner, string name, ref Value value);

    [LibraryImport(Objects)]
    private static partial nint g_value_init(ref Value value, nuint type);

    [LibraryImport(Objects)]
    private static partial void g_value_unset(ref Value value);

    [LibraryImport(Objects)]
    private static partial void g_value_set_object(ref Value value, nint instance);

    [LibraryImport(Objects)]
    private static partial nint g_value_get_object(ref Value value);

    [LibraryImport(Objects)]
    private static partial nint g_value_get_boxed(ref Value value);

    // struct GValue: a type and two words, which the library alone reads and writes.
    [StructLayout(LayoutKind.Sequential, Size = 24)]
    private struct Value;
}
