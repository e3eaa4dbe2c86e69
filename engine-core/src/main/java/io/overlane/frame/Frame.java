// SPDX-License-Identifier: Apache-2.0
package io.overlane.frame;

import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

/**
 * One frame in memory: a range of a buffer with headroom before it, the fields of a {@code virtio_net_hdr} that
 * describe the work left to do, and its verdict.
 *
 * <pre>
 *  0           offset              offset + length      capacity
 *  +-------------+--------------------------+---------------+
 *  |  headroom   |          bytes           |   tailroom    |
 *  +-------------+--------------------------+---------------+
 * </pre>
 *
 * The same object is an inner Ethernet frame, a layer 3 packet or an outer datagram's payload, depending on where it is
 * on its way: {@link #prepend(int)} and {@link #strip(int)} move its start over a header without moving the bytes.
 *
 * <p>Not thread safe; used by the thread that polled it.
 */
public final class Frame
{
    /** {@code VIRTIO_NET_HDR_F_NEEDS_CSUM}: the checksum at start + offset covers the pseudo header only. */
    public static final int NEEDS_CHECKSUM = 1;

    /** {@code VIRTIO_NET_HDR_F_DATA_VALID}: the checksums have been checked. */
    public static final int CHECKSUM_VALID = 2;

    /** {@code VIRTIO_NET_HDR_GSO_NONE}: an ordinary frame. */
    public static final int GSO_NONE = 0;

    /** {@code VIRTIO_NET_HDR_GSO_TCPV4}: a TCP super-frame over IPv4. */
    public static final int GSO_TCPV4 = 1;

    /** {@code VIRTIO_NET_HDR_GSO_TCPV6}: a TCP super-frame over IPv6. */
    public static final int GSO_TCPV6 = 4;

    /** {@code VIRTIO_NET_HDR_GSO_UDP_L4}: several UDP datagrams of equal size, of either IP version. */
    public static final int GSO_UDP_L4 = 5;

    /**
     * The most datagrams in one UDP super-frame, to a device or to a socket. Linux refuses more than
     * {@code UDP_MAX_SEGMENTS}, which is 64 before 6.9 and 128 from then on; no kernel refuses 64.
     */
    public static final int MAX_UDP_SEGMENTS = 64;

    /** {@code VIRTIO_NET_HDR_GSO_ECN}: a bit beside the type; the first segment carries CWR. */
    public static final int GSO_ECN = 0x80;

    private MemoryBuffer buffer;
    private int offset;
    private int length;

    private int flags;
    private int gsoType;
    private int gsoSize;
    private int headerLength;
    private int checksumStart;
    private int checksumOffset;

    private DropReason verdict = DropReason.NONE;

    /**
     * A frame over memory of the caller; nothing is copied.
     *
     * @param buffer the slot: headroom, frame and tailroom.
     */
    public Frame(final MutableDirectBuffer buffer)
    {
        // With one class the accesses to a frame need no dispatch.
        this.buffer = MemoryBuffer.of(buffer);
    }

    /**
     * Aim at other bytes of the buffer, and reset all metadata and the verdict.
     *
     * @param offset first byte of the frame, from the start of the buffer.
     * @param length bytes in the frame.
     * @return this.
     */
    public Frame wrap(final int offset, final int length)
    {
        buffer.boundsCheck(offset, length);
        this.offset = offset;
        this.length = length;
        return offload(0, GSO_NONE, 0, 0, 0, 0).verdict(DropReason.NONE);
    }

    /**
     * Aim at bytes of another buffer, and reset all metadata and the verdict.
     *
     * @param buffer with headroom, frame and tailroom.
     * @param offset first byte of the frame, from the start of the buffer.
     * @param length bytes in the frame.
     * @return this.
     */
    public Frame wrap(final MemoryBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        return wrap(offset, length);
    }

    /** @return the slot with the frame. */
    public MemoryBuffer buffer()
    {
        return buffer;
    }

    /** @return first byte of the frame, from the start of {@link #buffer()}; also its headroom in bytes. */
    public int offset()
    {
        return offset;
    }

    /** @return bytes in the frame. */
    public int length()
    {
        return length;
    }

    /**
     * Change the number of bytes; the start stays.
     *
     * @param length bytes, up to the end of the buffer.
     * @return this.
     */
    public Frame length(final int length)
    {
        buffer.boundsCheck(offset, length);
        this.length = length;
        return this;
    }

    /** @return address of the frame's first byte, for native calls; valid while the buffer lives. */
    public long address()
    {
        return buffer.addressOffset() + offset;
    }

    /**
     * Grow the frame into its headroom. The caller writes the new bytes.
     *
     * @param bytes to add in front, at most {@link #offset()}.
     * @return this.
     */
    public Frame prepend(final int bytes)
    {
        buffer.boundsCheck(offset - bytes, length + bytes);
        offset -= bytes;
        length += bytes;
        checksumStart += bytes;
        return this;
    }

    /**
     * Remove bytes from the front of the frame; they become headroom.
     *
     * @param bytes to remove, at most {@link #length()}.
     * @return this.
     */
    public Frame strip(final int bytes)
    {
        buffer.boundsCheck(offset + bytes, length - bytes);
        offset += bytes;
        length -= bytes;
        checksumStart -= bytes;
        return this;
    }

    /**
     * Set the fields of a {@code virtio_net_hdr}.
     *
     * @param flags          {@link #NEEDS_CHECKSUM}, {@link #CHECKSUM_VALID} or 0.
     * @param gsoType        {@link #GSO_NONE} or one of the super-frame types.
     * @param headerLength   bytes up to the payload, a hint; 0 if unknown.
     * @param gsoSize        payload bytes per segment of a super-frame.
     * @param checksumStart  where the checksum begins, in bytes from the start of the frame.
     * @param checksumOffset where it is stored, in bytes from {@code checksumStart}.
     * @return this.
     */
    public Frame offload(
        final int flags,
        final int gsoType,
        final int headerLength,
        final int gsoSize,
        final int checksumStart,
        final int checksumOffset)
    {
        this.flags = flags;
        this.gsoType = gsoType;
        this.headerLength = headerLength;
        this.gsoSize = gsoSize;
        this.checksumStart = checksumStart;
        this.checksumOffset = checksumOffset;
        return this;
    }

    /** @return {@link #NEEDS_CHECKSUM}, {@link #CHECKSUM_VALID} or 0. */
    public int flags()
    {
        return flags;
    }

    /** @return {@link #GSO_NONE} or the kind of super-frame, perhaps with {@link #GSO_ECN}. */
    public int gsoType()
    {
        return gsoType;
    }

    /** @return payload bytes per segment of a super-frame. */
    public int gsoSize()
    {
        return gsoSize;
    }

    /** @return bytes up to the payload of a super-frame, a hint; 0 if unknown. */
    public int headerLength()
    {
        return headerLength;
    }

    /** @return where a partial checksum begins, in bytes from the start of the frame. */
    public int checksumStart()
    {
        return checksumStart;
    }

    /** @return where a partial checksum is stored, in bytes from {@link #checksumStart()}. */
    public int checksumOffset()
    {
        return checksumOffset;
    }

    /** @return {@link DropReason#NONE}, or why the frame is dropped. */
    public DropReason verdict()
    {
        return verdict;
    }

    /**
     * @param verdict {@link DropReason#NONE}, or why the frame is dropped.
     * @return this.
     */
    public Frame verdict(final DropReason verdict)
    {
        // It seldom changes: a comparison is cheaper than the write barrier of the collector.
        if (this.verdict != verdict)
        {
            this.verdict = verdict;
        }
        return this;
    }
}
