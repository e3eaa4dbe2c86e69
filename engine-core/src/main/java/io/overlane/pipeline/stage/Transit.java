// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.stage;

import io.overlane.frame.Frame;
import io.overlane.pipeline.Fates;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * Frames that leave to remotes and do not come from a port: of stages and gateways on the way in, and those that
 * gateways make. Only the thread of the ports sends, so they go to that thread through a ring, and enter there as
 * frames of a port.
 *
 * <pre>
 *   0        4     8
 *   +--------+-----+-------+
 *   | remote | vni | frame |   in the byte order of the machine
 *   +--------+-----+-------+
 * </pre>
 *
 * <p>The VNI is that of a segment, or the L3 VNI of a gateway.
 */
public final class Transit
{
    /** Bytes in front of a frame. */
    public static final int HEADER_LENGTH = 8;

    /** Longest frame in bytes, less the layer 2 header: jumbo frames of any network fit. */
    public static final int MTU = 9_216;

    /** Frames of that length between the two threads, a batch and more: a mebibyte, or 600 frames of 1,500 bytes. */
    public static final int CAPACITY = 96;

    /**
     * In the place of a remote: the frame goes where its segment's tables say, to ports too. One to a group is flooded,
     * and one to a station that they do not know is dropped.
     */
    public static final int FORWARD = -1;

    /**
     * In the place of a remote: all remotes of the segment's flood list get a copy, if the segment's limit of flooded
     * frames allows it.
     */
    public static final int TO_REMOTES = -2;

    private static final int VNI_OFFSET = 4;

    private final Fates fates;
    private volatile @Nullable RingPort ring;

    /** @param fates of the thread that polls the underlay. */
    public Transit(final Fates fates)
    {
        this.fates = fates;
    }

    /** Use a ring from now on. */
    public void open(final RingPort ring)
    {
        this.ring = ring;
    }

    /**
     * Hand a frame over; the answer is {@link DropReason#NONE} if it is in the ring. Only the thread that polls the
     * underlay, which reports the fate of the frame next.
     */
    public DropReason send(final Frame frame, final int vni, final int remote)
    {
        final RingPort to = ring;
        if (to != null && fates.feed() != null)
        {
            fates.feed().to(to);
        }
        return post(frame, vni, remote);
    }

    /** Hand a frame over that no port and no remote sent. Any thread. */
    public DropReason post(final Frame frame, final int vni, final int remote)
    {
        final RingPort to = ring;
        if (to == null)
        {
            return DropReason.PORT_CLOSED;
        }
        final int length = HEADER_LENGTH + frame.length();
        final int index = to.tryClaim(length);
        if (index < 0)
        {
            return index == RingPort.TOO_LONG ? DropReason.OVERSIZE :
                index == RingPort.FULL ? DropReason.PORT_FULL : DropReason.PORT_CLOSED;
        }
        to.buffer().putInt(index, remote);
        to.buffer().putInt(index + VNI_OFFSET, vni);
        to.buffer().putBytes(index + HEADER_LENGTH, frame.buffer(), frame.offset(), frame.length());
        return to.commit(index) ? DropReason.NONE : DropReason.PORT_CLOSED;
    }

    /** Number of the remote that a frame of the ring goes to, {@link #FORWARD} or {@link #TO_REMOTES}. */
    public static int remote(final Frame frame)
    {
        return frame.buffer().getInt(frame.offset());
    }

    /** The segment of a frame of the ring. */
    public static int vni(final Frame frame)
    {
        return frame.buffer().getInt(frame.offset() + VNI_OFFSET);
    }
}
