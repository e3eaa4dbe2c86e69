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
 * Which node this is, as far as a MAC address needs to know: the same at every start, so that the entries other nodes
 * made for it outlive a restart.
 *
 * <p>Cloned images may share a machine id; the underlay address keeps their MAC addresses apart, and where that is a
 * wildcard, the hardware address of the first network interface does.
 */
public final class NodeIdentity
{
    /** machine-id(5): 32 hexadecimal digits and a line end; empty or {@code uninitialized} before the first boot. */
    private static final Path MACHINE_ID = Path.of("/etc/machine-id");

    /** Read from the kernel: a look-up by the resolver could block. */
    private static final Path HOST_NAME = Path.of("/proc/sys/kernel/hostname");

    private static final int MAC_LENGTH = 6;

    private final String node;
    private final String hardware;

    NodeIdentity(final String node, final String hardware)
    {
        this.node = node;
        this.hardware = hardware;
    }

    /** @return the identity of this host: its machine id, or its name where it has none. */
    public static NodeIdentity ofThisHost()
    {
        return new NodeIdentity(nodeName(MACHINE_ID, HOST_NAME), firstHardwareAddress());
    }

    /**
     * A locally administered unicast address for a device. The machine id cannot be found out from it.
     *
     * @param underlay the address other nodes reach this one by, or a wildcard if it is not known.
     * @return always the same for the same arguments on the same host.
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

    /** Of the interface with the lowest index that has one, which is there since boot; empty if there is none. */
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
