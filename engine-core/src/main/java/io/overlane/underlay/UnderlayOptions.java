// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.setting.Setting;
import io.overlane.underlay.base.UdpAddress;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Says which UDP socket an underlay opens. All underlays with a socket take it: {@code NioUnderlay.open(options)},
 * {@code LibcUnderlay.open(options)} and {@code NettyUnderlay.open(options)}. Every setter checks its value.
 *
 * <p>{@code socketBufferLength}, {@code pollDatagrams}, {@code sendTimeoutNs}, {@code coalesce} and {@code segment} are
 * about speed: an underlay, and the kernel, may do less. {@link NioUnderlay} refuses to open with any other setting
 * that it cannot carry out.
 */
public final class UnderlayOptions
{
    /** Lowest source port by default: the first dynamic port (RFC 6335 §6), as RFC 7348 §5 recommends. */
    public static final int DEFAULT_SOURCE_PORT_LOW = 49_152;

    /** Highest source port by default. */
    public static final int DEFAULT_SOURCE_PORT_HIGH = 65_535;

    /** Number of source ports by default: enough to use several links or receiving cores. */
    public static final int DEFAULT_SOURCE_PORTS = 8;

    /** Largest number of source ports; each needs a socket. */
    public static final int MAX_SOURCE_PORTS = 64;

    private final IpAddress local;
    private final int udpPort;
    private GuardedErrorHandler errorHandler = GuardedErrorHandler.of(null);
    private int socketBufferLength;
    private int pollDatagrams;
    private long sendTimeoutNs = -1;
    private boolean fragment;
    private boolean coalesce;
    private boolean segment = true;
    private boolean checksum = true;
    private boolean acceptZeroChecksum;
    private boolean v6Only;
    private @Nullable String multicastInterface;
    private int sourcePortLow;
    private int sourcePortHigh;
    private int sourcePortCount;

    /**
     * @param local   address to bind to. {@code 0.0.0.0} is every IPv4 address, {@code ::} every address of both
     *                versions, or only of IPv6 with {@link #v6Only(boolean)}.
     * @param udpPort to bind to; 0 for one that the kernel chooses.
     * @throws IllegalArgumentException if the address is null or a multicast group, or the port is out of range.
     */
    public UnderlayOptions(final IpAddress local, final int udpPort)
    {
        UdpAddress.check(local, udpPort);
        this.local = local;
        this.udpPort = udpPort;
    }

    /**
     * @param local address and port to bind to.
     * @throws IllegalArgumentException if the address is a multicast group.
     */
    public UnderlayOptions(final Vtep local)
    {
        this(local.address(), local.udpPort());
    }

    /**
     * Copy settings for another address and port.
     *
     * @param local    address to bind to, as in the other constructor.
     * @param udpPort  to bind to.
     * @param settings whose other values are copied; changing the copy does not change them.
     * @throws IllegalArgumentException if the address is null or a multicast group, or the port is out of range.
     */
    public UnderlayOptions(final IpAddress local, final int udpPort, final UnderlayOptions settings)
    {
        this(local, udpPort);
        errorHandler = settings.errorHandler;
        socketBufferLength = settings.socketBufferLength;
        pollDatagrams = settings.pollDatagrams;
        sendTimeoutNs = settings.sendTimeoutNs;
        fragment = settings.fragment;
        coalesce = settings.coalesce;
        segment = settings.segment;
        checksum = settings.checksum;
        acceptZeroChecksum = settings.acceptZeroChecksum;
        v6Only = settings.v6Only;
        multicastInterface = settings.multicastInterface;
        sourcePortLow = settings.sourcePortLow;
        sourcePortHigh = settings.sourcePortHigh;
        sourcePortCount = settings.sourcePortCount;
    }

    /**
     * @param handler gets failures of the open socket, each kind at most once a minute, on the thread where they occur.
     *                It may throw. Null, the default: a line on standard error.
     */
    public UnderlayOptions errorHandler(final @Nullable ErrorHandler handler)
    {
        errorHandler = GuardedErrorHandler.of(handler);
        return this;
    }

    /**
     * @param length of the kernel's buffer in each direction, in bytes; by default the underlay chooses. Without
     *               CAP_NET_ADMIN it is limited to net.core.rmem_max and net.core.wmem_max.
     */
    public UnderlayOptions socketBufferLength(final int length)
    {
        socketBufferLength = Setting.atLeast("socketBufferLength", length, 1);
        return this;
    }

    /**
     * @param datagrams most datagrams lent at a time; each takes 64 KiB of direct memory. By default the underlay
     *                  chooses.
     */
    public UnderlayOptions pollDatagrams(final int datagrams)
    {
        pollDatagrams = Setting.atLeast("pollDatagrams", datagrams, 1);
        return this;
    }

    /**
     * @param timeoutNs longest time that all datagrams of one send together wait for room in the socket, in
     *                  nanoseconds; by default the underlay chooses.
     */
    public UnderlayOptions sendTimeoutNs(final long timeoutNs)
    {
        sendTimeoutNs = Setting.atLeast("sendTimeoutNs", timeoutNs, 0);
        return this;
    }

    /**
     * @param fragment true to allow that outer datagrams are fragmented. False, the default, is what RFC 7348 §4.3
     *                 requires of a VTEP: a datagram that does not fit the path is dropped as {@code OVERSIZE}.
     */
    public UnderlayOptions fragment(final boolean fragment)
    {
        this.fragment = fragment;
        return this;
    }

    /** @param coalesce true to let the kernel join datagrams of one flow (UDP_GRO); false by default. */
    public UnderlayOptions coalesce(final boolean coalesce)
    {
        this.coalesce = coalesce;
        return this;
    }

    /**
     * @param segment false to send each datagram separately even if the kernel can cut joined ones (UDP_SEGMENT); true
     *                by default.
     */
    public UnderlayOptions segment(final boolean segment)
    {
        this.segment = segment;
        return this;
    }

    /**
     * @param checksum false to send datagrams with a UDP checksum of 0 (RFC 7348 §5; over IPv6 RFC 6935). True by
     *                 default: without a checksum receivers do not join datagrams (UDP_GRO), and UDP_SEGMENT is off.
     */
    public UnderlayOptions checksum(final boolean checksum)
    {
        this.checksum = checksum;
        return this;
    }

    /**
     * @param zeroChecksum true to accept datagrams over IPv6 that have a UDP checksum of 0 (RFC 6935); false by
     *                     default. Over IPv4 they are always accepted.
     */
    public UnderlayOptions acceptZeroChecksum(final boolean zeroChecksum)
    {
        acceptZeroChecksum = zeroChecksum;
        return this;
    }

    /**
     * @param v6Only true to use a socket bound to {@code ::} for IPv6 only, as the kernel's vxlan device does; false by
     *               default.
     */
    public UnderlayOptions v6Only(final boolean v6Only)
    {
        this.v6Only = v6Only;
        return this;
    }

    /**
     * @param name of the interface on which multicast groups are joined and datagrams to them are sent; null, the
     *             default, for the interface of the system's route to the group.
     */
    public UnderlayOptions multicastInterface(final @Nullable String name)
    {
        multicastInterface = name;
        return this;
    }

    /** Send datagrams from {@link #DEFAULT_SOURCE_PORTS} ports of the default range. */
    public UnderlayOptions sourcePorts()
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
    public UnderlayOptions sourcePorts(final int low, final int high, final int count)
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

    /** @return the address to bind to. */
    public IpAddress local()
    {
        return local;
    }

    /** @return the port to bind to; 0 for one that the kernel chooses. */
    public int udpPort()
    {
        return udpPort;
    }

    /** @return what gets failures of the open socket; it never throws. */
    public ErrorHandler errorHandler()
    {
        return errorHandler;
    }

    /**
     * @param byDefault of the underlay, in bytes.
     * @return the length that was set, or else the default.
     */
    public int socketBufferLengthOr(final int byDefault)
    {
        return socketBufferLength > 0 ? socketBufferLength : byDefault;
    }

    /**
     * @param byDefault of the underlay.
     * @return the number of datagrams that was set, or else the default.
     */
    public int pollDatagramsOr(final int byDefault)
    {
        return pollDatagrams > 0 ? pollDatagrams : byDefault;
    }

    /**
     * @param byDefault of the underlay, in nanoseconds.
     * @return the time that was set, or else the default.
     */
    public long sendTimeoutNsOr(final long byDefault)
    {
        return sendTimeoutNs >= 0 ? sendTimeoutNs : byDefault;
    }

    /** @return true if outer datagrams may be fragmented. */
    public boolean fragment()
    {
        return fragment;
    }

    /** @return true if the kernel may join received datagrams. */
    public boolean coalesce()
    {
        return coalesce;
    }

    /** @return true if the kernel may cut joined datagrams that are sent. */
    public boolean segment()
    {
        return segment;
    }

    /** @return true if datagrams are sent with a UDP checksum. */
    public boolean checksum()
    {
        return checksum;
    }

    /** @return true if datagrams over IPv6 may have a UDP checksum of 0. */
    public boolean acceptZeroChecksum()
    {
        return acceptZeroChecksum;
    }

    /** @return true if a socket bound to {@code ::} carries IPv6 only. */
    public boolean v6Only()
    {
        return v6Only;
    }

    /** @return the interface for multicast groups; null if the system's routes choose it. */
    public @Nullable String multicastInterface()
    {
        return multicastInterface;
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

    /** @return number of source ports to use; 0 if datagrams are sent from the bound port. */
    public int sourcePortCount()
    {
        return sourcePortCount;
    }
}
