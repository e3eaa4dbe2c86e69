package io.overlane.tun;

import io.overlane.address.IpAddress;
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

    private final IpAddress local;
    private final int udpPort;
    private int socketBufferLength = DEFAULT_SOCKET_BUFFER_LENGTH;
    private int pollDatagrams = DEFAULT_POLL_DATAGRAMS;
    private long sendTimeoutNs = DEFAULT_SEND_TIMEOUT_NS;
    private boolean fragment;
    private boolean coalesce;

    /**
     * @param local   address to bind to. {@code 0.0.0.0} is every IPv4 address, {@code ::} every address of both
     *                versions.
     * @param udpPort to bind to, 0 for one of the kernel's choice.
     */
    public UdpOptions(final IpAddress local, final int udpPort)
    {
        if (udpPort < 0 || udpPort > 0xFFFF)
        {
            throw new IllegalArgumentException("not a UDP port: " + udpPort + " (expected 0…65535)");
        }
        this.local = local;
        this.udpPort = udpPort;
    }

    /**
     * @param length of the kernel's buffer in each direction, in bytes. Without CAP_NET_ADMIN the kernel gives no more
     *               than net.core.rmem_max and net.core.wmem_max.
     * @return this.
     */
    public UdpOptions socketBufferLength(final int length)
    {
        socketBufferLength = checkAtLeastOne("socketBufferLength", length);
        return this;
    }

    /**
     * @param datagrams most datagrams lent at a time; each takes 64 KiB of direct memory.
     * @return this.
     */
    public UdpOptions pollDatagrams(final int datagrams)
    {
        pollDatagrams = checkAtLeastOne("pollDatagrams", datagrams);
        return this;
    }

    /**
     * @param timeoutNs how long one send waits for room in the socket, all its datagrams together, in nanoseconds.
     * @return this.
     */
    public UdpOptions sendTimeoutNs(final long timeoutNs)
    {
        if (timeoutNs < 0)
        {
            throw new IllegalArgumentException("sendTimeoutNs=" + timeoutNs + " is negative");
        }
        sendTimeoutNs = timeoutNs;
        return this;
    }

    /**
     * @param fragment true to let outer datagrams be fragmented on their way. False, the default, as RFC 7348 §4.3
     *                 asks of a VTEP: a datagram that does not fit the path ends as {@code OVERSIZE}.
     * @return this.
     */
    public UdpOptions fragment(final boolean fragment)
    {
        this.fragment = fragment;
        return this;
    }

    /**
     * @param coalesce true to let the kernel join datagrams of one flow (UDP_GRO); false by default.
     * @return this.
     */
    public UdpOptions coalesce(final boolean coalesce)
    {
        this.coalesce = coalesce;
        return this;
    }

    /** @return address to bind to. */
    public IpAddress local()
    {
        return local;
    }

    /** @return port to bind to, 0 for one of the kernel's choice. */
    public int udpPort()
    {
        return udpPort;
    }

    /** @return bytes in the kernel's buffer in each direction. */
    public int socketBufferLength()
    {
        return socketBufferLength;
    }

    /** @return most datagrams lent at a time. */
    public int pollDatagrams()
    {
        return pollDatagrams;
    }

    /** @return how long one send waits for room, in nanoseconds. */
    public long sendTimeoutNs()
    {
        return sendTimeoutNs;
    }

    /** @return true if outer datagrams may be fragmented. */
    public boolean fragment()
    {
        return fragment;
    }

    /** @return true if the kernel may join datagrams. */
    public boolean coalesce()
    {
        return coalesce;
    }

    private static int checkAtLeastOne(final String name, final int value)
    {
        if (value < 1)
        {
            throw new IllegalArgumentException(name + "=" + value + " is less than 1");
        }
        return value;
    }
}
