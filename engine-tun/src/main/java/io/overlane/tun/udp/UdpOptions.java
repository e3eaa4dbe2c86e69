// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import io.overlane.address.IpAddress;
import io.overlane.setting.Setting;
import io.overlane.underlay.base.UdpAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link LibcUnderlay}. Every setter checks its value. */
public final class UdpOptions
{
    /** Bytes that may arrive while the engine is busy with joined datagrams of 64 KiB; more would only add delay. */
    public static final int DEFAULT_SOCKET_BUFFER_LENGTH = 4 * 1024 * 1024;

    /** Datagrams for each poll. 16 already give the gain of receiving in batches; this is twice that. */
    public static final int DEFAULT_POLL_DATAGRAMS = 32;

    /** Longest time that a send waits for room in the socket: long for a queue, short for a person. */
    public static final long DEFAULT_SEND_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Lowest source port by default: the first dynamic port (RFC 6335 §6), as RFC 7348 §5 recommends. */
    public static final int DEFAULT_SOURCE_PORT_LOW = 49_152;

    /** Highest source port by default. */
    public static final int DEFAULT_SOURCE_PORT_HIGH = 65_535;

    /** Number of source ports by default: enough to use several links or receiving cores. */
    public static final int DEFAULT_SOURCE_PORTS = 8;

    /** Largest number of source ports; each needs a socket. */
    public static final int MAX_SOURCE_PORTS = 64;

    final IpAddress local;
    final int udpPort;
    int socketBufferLength = DEFAULT_SOCKET_BUFFER_LENGTH;
    int pollDatagrams = DEFAULT_POLL_DATAGRAMS;
    long sendTimeoutNs = DEFAULT_SEND_TIMEOUT_NS;
    boolean fragment;
    boolean coalesce;
    boolean segment = true;
    boolean checksum = true;
    boolean zeroChecksum;
    boolean v6Only;
    @Nullable String multicastInterface;
    int sourcePortLow;
    int sourcePortHigh;
    int sourcePortCount;

    /**
     * @param local   address to bind to. {@code 0.0.0.0} is every IPv4 address, {@code ::} every address of both
     *                versions, or only of IPv6 with {@link #v6Only(boolean)}.
     * @param udpPort to bind to; 0 for one that the kernel chooses.
     */
    public UdpOptions(final IpAddress local, final int udpPort)
    {
        UdpAddress.check(local, udpPort);
        this.local = local;
        this.udpPort = udpPort;
    }

    /**
     * @param length of the kernel's buffer in each direction, in bytes. Without CAP_NET_ADMIN it is limited to
     *               net.core.rmem_max and net.core.wmem_max.
     */
    public UdpOptions socketBufferLength(final int length)
    {
        socketBufferLength = Setting.atLeast("socketBufferLength", length, 1);
        return this;
    }

    /** @param datagrams most datagrams lent at a time; each takes 64 KiB of direct memory. */
    public UdpOptions pollDatagrams(final int datagrams)
    {
        pollDatagrams = Setting.atLeast("pollDatagrams", datagrams, 1);
        return this;
    }

    /**
     * @param timeoutNs longest time that all datagrams of one send together wait for room in the socket, in
     *                  nanoseconds.
     */
    public UdpOptions sendTimeoutNs(final long timeoutNs)
    {
        sendTimeoutNs = Setting.atLeast("sendTimeoutNs", timeoutNs, 0);
        return this;
    }

    /**
     * @param fragment true to allow that outer datagrams are fragmented. False, the default, is what RFC 7348 §4.3
     *                 requires of a VTEP: a datagram that does not fit the path is dropped as {@code OVERSIZE}.
     */
    public UdpOptions fragment(final boolean fragment)
    {
        this.fragment = fragment;
        return this;
    }

    /** @param coalesce true to let the kernel join datagrams of one flow (UDP_GRO); false by default. */
    public UdpOptions coalesce(final boolean coalesce)
    {
        this.coalesce = coalesce;
        return this;
    }

    /**
     * @param segment false to send each datagram separately even if the kernel can cut joined ones (UDP_SEGMENT); true
     *                by default.
     */
    public UdpOptions segment(final boolean segment)
    {
        this.segment = segment;
        return this;
    }

    /**
     * @param checksum false to send datagrams with a UDP checksum of 0 (RFC 7348 §5; over IPv6 RFC 6935). True by
     *                 default: without a checksum receivers do not join datagrams (UDP_GRO), and UDP_SEGMENT is off.
     */
    public UdpOptions checksum(final boolean checksum)
    {
        this.checksum = checksum;
        return this;
    }

    /**
     * @param zeroChecksum true to accept datagrams over IPv6 that have a UDP checksum of 0 (RFC 6935); false by
     *                     default. Over IPv4 they are always accepted.
     */
    public UdpOptions acceptZeroChecksum(final boolean zeroChecksum)
    {
        this.zeroChecksum = zeroChecksum;
        return this;
    }

    /**
     * @param v6Only true to use a socket bound to {@code ::} for IPv6 only, as the kernel's vxlan device does; false by
     *               default.
     */
    public UdpOptions v6Only(final boolean v6Only)
    {
        this.v6Only = v6Only;
        return this;
    }

    /**
     * @param name of the interface on which multicast groups are joined and datagrams to them are sent; null, the
     *             default, for the interface of the system's route to the group.
     */
    public UdpOptions multicastInterface(final @Nullable String name)
    {
        multicastInterface = name;
        return this;
    }

    /** Send datagrams from {@link #DEFAULT_SOURCE_PORTS} ports of the default range. */
    public UdpOptions sourcePorts()
    {
        return sourcePorts(DEFAULT_SOURCE_PORT_LOW, DEFAULT_SOURCE_PORT_HIGH, DEFAULT_SOURCE_PORTS);
    }

    /**
     * Send datagrams from several ports; each inner flow has one of them. By default all are sent from the bound port.
     * The lowest free ports of the range are used; the bound port counts as free.
     *
     * @param low   first port of the range, 1…65535.
     * @param high  last port of the range, included; the same as {@code low} for one port.
     * @param count ports to use, 1…{@link #MAX_SOURCE_PORTS}; fewer if the range has fewer.
     */
    public UdpOptions sourcePorts(final int low, final int high, final int count)
    {
        if (low < 1 || high > 0xFFFF || low > high)
        {
            throw new IllegalArgumentException("sourcePorts=" + low + "-" + high +
                " is not a range of UDP ports (expected LOW-HIGH within 1…65535)");
        }
        sourcePortLow = low;
        sourcePortHigh = high;
        sourcePortCount = Setting.inRange("sourcePorts count", count, 1, MAX_SOURCE_PORTS);
        return this;
    }

    /** @return first port of the range of source ports; 0 without. */
    public int sourcePortLow()
    {
        return sourcePortLow;
    }

    /** @return last port of the range of source ports; 0 without. */
    public int sourcePortHigh()
    {
        return sourcePortHigh;
    }
}
