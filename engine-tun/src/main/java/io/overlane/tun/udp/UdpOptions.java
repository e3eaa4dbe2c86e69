// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import io.overlane.address.IpAddress;
import io.overlane.setting.Setting;
import io.overlane.underlay.UdpAddress;
import java.util.concurrent.TimeUnit;

/** How to open a {@link LibcUnderlay}. Every setter checks its value. */
public final class UdpOptions
{
    /** Room for what arrives while the engine is busy with 64 KiB joined datagrams; more adds only delay. */
    public static final int DEFAULT_SOCKET_BUFFER_LENGTH = 4 * 1024 * 1024;

    /** Datagrams per poll: 16 already bring the gain of a batched receive, twice that leaves room. */
    public static final int DEFAULT_POLL_DATAGRAMS = 32;

    /** How long a full socket may hold up a send; long for a queue, short for a person. */
    public static final long DEFAULT_SEND_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Lowest source port by default: dynamic ports begin here (RFC 6335 §6, which RFC 7348 §5 recommends). */
    public static final int DEFAULT_SOURCE_PORT_LOW = 49_152;

    /** Highest source port by default. */
    public static final int DEFAULT_SOURCE_PORT_HIGH = 65_535;

    /** Source ports by default: enough to fill a few links or receiving cores. */
    public static final int DEFAULT_SOURCE_PORTS = 8;

    /** Source ports at most: each is a socket. */
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
    String multicastInterface;
    int sourcePortLow;
    int sourcePortHigh;
    int sourcePortCount;

    /**
     * @param local   address to bind to. {@code 0.0.0.0} is every IPv4 address, {@code ::} every address of both
     *                versions unless {@link #v6Only(boolean)} says otherwise.
     * @param udpPort to bind to, 0 for one of the kernel's choice.
     */
    public UdpOptions(final IpAddress local, final int udpPort)
    {
        UdpAddress.check(local, udpPort);
        this.local = local;
        this.udpPort = udpPort;
    }

    /**
     * @param length of the kernel's buffer in each direction, in bytes. Without CAP_NET_ADMIN the kernel gives no more
     *               than net.core.rmem_max and net.core.wmem_max.
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

    /** @param timeoutNs how long one send waits for room in the socket, all its datagrams together, in nanoseconds. */
    public UdpOptions sendTimeoutNs(final long timeoutNs)
    {
        sendTimeoutNs = Setting.atLeast("sendTimeoutNs", timeoutNs, 0);
        return this;
    }

    /**
     * @param fragment true to let outer datagrams be fragmented on their way. False, the default, as RFC 7348 §4.3 asks
     *                 of a VTEP: a datagram that does not fit the path ends as {@code OVERSIZE}.
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
     * @param segment false to send every datagram by itself even where the kernel could cut joined ones (UDP_SEGMENT);
     *                true by default.
     */
    public UdpOptions segment(final boolean segment)
    {
        this.segment = segment;
        return this;
    }

    /**
     * @param checksum false to send datagrams with a UDP checksum of 0 (RFC 7348 §5; over IPv6 RFC 6935). True by
     *                 default: receivers join datagrams only if they have one (UDP_GRO), and so does UDP_SEGMENT, which
     *                 is off without.
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
     * @param v6Only true to keep a socket bound to {@code ::} to IPv6, as the kernel's vxlan device does; false by
     *               default.
     */
    public UdpOptions v6Only(final boolean v6Only)
    {
        this.v6Only = v6Only;
        return this;
    }

    /**
     * @param name of the interface on which multicast groups are joined and by which datagrams to them leave; by
     *             default the one the system has a route to the group by, for which null stands too.
     */
    public UdpOptions multicastInterface(final String name)
    {
        multicastInterface = name;
        return this;
    }

    /** Let datagrams leave from {@link #DEFAULT_SOURCE_PORTS} ports of the default range. */
    public UdpOptions sourcePorts()
    {
        return sourcePorts(DEFAULT_SOURCE_PORT_LOW, DEFAULT_SOURCE_PORT_HIGH, DEFAULT_SOURCE_PORTS);
    }

    /**
     * Let datagrams leave from several ports, one for each inner flow; by default all leave from the port bound to. The
     * lowest ports of the range that are free are taken, the port bound to among them if it lies there.
     *
     * @param low   first port of the range, 1…65535.
     * @param high  last port of the range, itself included; the same as {@code low} for that one port.
     * @param count ports to use, 1…{@link #MAX_SOURCE_PORTS}; fewer if the range has no more.
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
