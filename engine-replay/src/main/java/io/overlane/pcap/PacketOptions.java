// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapngFormat.FLAG_PARTIAL_CHECKSUM;
import static io.overlane.pcap.PcapngFormat.FLAG_SUPER_FRAME;

import java.nio.charset.StandardCharsets;

/** What a pcapng file says about one packet beside its bytes. Reusable; setters return this. Not thread safe. */
public final class PacketOptions
{
    /** The longest comment, in bytes of UTF-8. */
    public static final int MAX_COMMENT_LENGTH = 0xFFFF;

    private static final byte[] NO_COMMENT = {};

    private int flags;
    private long packetId = CaptureReader.NO_PACKET_ID;
    private long dropCount;
    private byte[] comment = NO_COMMENT;

    /** Set which way the packet went through its interface. */
    public PacketOptions direction(final Direction direction)
    {
        flags = flags & ~0x3 | direction.ordinal();
        return this;
    }

    /** Set whether this is a super-frame, which was not cut into its segments yet. */
    public PacketOptions superFrame(final boolean isSuperFrame)
    {
        flags = isSuperFrame ? flags | FLAG_SUPER_FRAME : flags & ~FLAG_SUPER_FRAME;
        return this;
    }

    /** Set whether the transport checksum is still the sum of the pseudo header, which a device completes. */
    public PacketOptions partialChecksum(final boolean isPartial)
    {
        flags = isPartial ? flags | FLAG_PARTIAL_CHECKSUM : flags & ~FLAG_PARTIAL_CHECKSUM;
        return this;
    }

    /** Set the identifier that the records of one packet share, or {@link CaptureReader#NO_PACKET_ID}. */
    public PacketOptions packetId(final long packetId)
    {
        this.packetId = packetId;
        return this;
    }

    /** Set how many packets of the interface were lost after the packet before. */
    public PacketOptions dropCount(final long dropCount)
    {
        this.dropCount = dropCount;
        return this;
    }

    /** Set the comment; empty for none. */
    public PacketOptions comment(final String comment)
    {
        return comment(comment.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Set the comment, in UTF-8; empty for none. The array is not copied.
     *
     * @throws IllegalArgumentException if it is longer than {@link #MAX_COMMENT_LENGTH}.
     */
    public PacketOptions comment(final byte[] comment)
    {
        if (comment.length > MAX_COMMENT_LENGTH)
        {
            throw new IllegalArgumentException(
                "the comment has " + comment.length + " bytes, more than " + MAX_COMMENT_LENGTH);
        }
        this.comment = comment;
        return this;
    }

    int flags()
    {
        return flags;
    }

    long packetId()
    {
        return packetId;
    }

    long dropCount()
    {
        return dropCount;
    }

    byte[] comment()
    {
        return comment;
    }
}
