using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Tells public addresses from those that lead into somebody's own network.</summary>
internal static class AddressPolicy
{
    // Source: the special-purpose address registries of IANA.
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
            "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "::/127", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10",
            "fec0::/10", "ff00::/8",
        }.Select(IPNetwork.Parse),
    ];

    /// <summary>Whether an address is public. One that wraps an older address is judged by what it wraps.</summary>
    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out _);
            uint head = BinaryPrimitives.ReadUInt32BigEndian(bytes);
            if (head >> 16 == 0x2002 && !IsPublic(new IPAddress(bytes.Slice(2, 4))))
            {
                return false; // 6to4
            }

            bool translated = head == 0x0064ff9b && bytes[4..12].IndexOfAnyExcept((byte)0) < 0;
            bool compatible = bytes[..12].IndexOfAnyExcept((byte)0) < 0;
            if ((translated || compatible) && !IsPublic(new IPAddress(bytes[12..])))
            {
                return false;
            }
        }

        foreach (IPNetwork network in NotPublic)
        {
            if (network.Contains(address))
            {
                return false;
            }
        }

        return true;
    }
}
