// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import java.io.IOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;

/**
 * Identifies this node for the MAC addresses of its devices. It is the same at every start, so entries that other nodes
 * keep for this one stay valid after a restart.
 *
 * <p>Clones of an image may have the same machine id. Their underlay addresses make their MAC addresses different or,
 * if those are wildcards, the hardware addresses of their first network interfaces.
 */
public final class NodeIdentity
{
    /** machine-id(5): 32 hexadecimal digits and a line end; empty or {@code uninitialized} before the first boot. */
    private static final Path MACHINE_ID = Path.of("/etc/machine-id");

    /** Read from the kernel, because a lookup by the resolver could block. */
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private static final int MAC_LENGTH = 6;

    private final String node;
    private final String hardware;

    NodeIdentity(final String node, final String hardware)
    {
        this.node = node;
        this.hardware = hardware;
    }

    /** @return the identity of this host: its machine id, or its name if it has none. */
    public static NodeIdentity ofThisHost()
    {
        return new NodeIdentity(nodeName(MACHINE_ID, HOST_NAME), firstHardwareAddress());
    }

    /**
     * Computes a locally administered unicast address for a device. The machine id cannot be derived from it.
     *
     * @param underlay address by which other nodes reach this one; a wildcard if it is not known.
     * @return the same address for the same arguments on the same host.
     */
    public MacAddress mac(final String device, final IpAddress underlay, final int vni)
    {
        final String place = underlay.isAny() ? underlay + hardware : underlay.toString();
        final String seed = String.join("\n", node, device, place, Integer.toString(vni));
        final ByteBuffer digest = ByteBuffer.wrap(sha256(seed));
        final long bits = digest.getLong() >>> 16;
        final long firstOctet = ((bits >>> 40) & 0xFE) | 0x02;
        return new MacAddress((firstOctet << 40) | (bits & 0xFF_FFFF_FFFFL));
    }

    static String nodeName(final Path machineIdFile, final Path hostNameFile)
    {
        final String machineId = firstLine(machineIdFile);
        return machineId.matches("[0-9a-f]{32}") ? machineId : firstLine(hostNameFile);
    }

    /**
     * The address of the interface with the lowest index among those that have one; it exists since boot. Empty if
     * there is none.
     */
    static String firstHardwareAddress()
    {
        try
        {
            String address = "";
            int index = Integer.MAX_VALUE;
            for (final NetworkInterface each : Collections.list(NetworkInterface.getNetworkInterfaces()))
            {
                final byte[] bytes = each.getHardwareAddress();
                if (bytes != null && bytes.length == MAC_LENGTH && each.getIndex() < index)
                {
                    address = HexFormat.of().formatHex(bytes);
                    index = each.getIndex();
                }
            }
            return address;
        }
        catch (final SocketException ex)
        {
            return "";
        }
    }

    private static String firstLine(final Path file)
    {
        try
        {
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        }
        catch (final IOException ex)
        {
            return "";
        }
    }

    private static byte[] sha256(final String seed)
    {
        try
        {
            return MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
        }
        catch (final NoSuchAlgorithmException ex)
        {
            throw new AssertionError("every Java platform has SHA-256", ex);
        }
    }
}
