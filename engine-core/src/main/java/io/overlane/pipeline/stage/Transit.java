// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.stage;

import io.overlane.frame.Frame;
import io.overlane.pipeline.Fates;
import io.overlane.port.RingPort;
import io.overlane.status.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * Frames that stages of the way in send to a remote: only the thread of the ports sends, so they go to that thread
 * through a ring, and enter there as frames of a port.
 *
 * <pre>
 *   0        4     8
 *   +--------+-----+-------+
 *   | remote | vni | frame |   in the byte order of the machine
 *   +--------+-----+-------+
 * </pre>
 */
public final class Transit
{
    /** Bytes in front of a frame. */
    public static final int HEADER_LENGTH = 8;

    /** Longest frame in bytes, less the layer 2 header: jumbo frames of any network fit. */
    public static final int MTU = 9_216;

    /** Frames between the two threads; a batch and more. */
    public static final int CAPACITY = 128;

    private static final int VNI_OFFSET = 4;

    private final Fates fates;
    private @Nullable RingPort ring;

    /** @param fates of the thread that polls the underlay. */
    public Transit(final Fates fates)
    {
        this.fates = fates;
    }

    /** Use a ring from now on. On the thread that polls the underlay. */
    public void open(final RingPort ring)
    {
        this.ring = ring;
    }

    /** Hand a frame over; the answer is {@link DropReason#NONE} if it is in the ring. */
    public DropReason send(final Frame frame, final int vni, final int remote)
    {
        if (ring == null)
        {
            return DropReason.PORT_CLOSED;
        }
        if (fates.feed() != null)
        {
            fates.feed().to(ring);
        }
        final int length = HEADER_LENGTH + frame.length();
        final int index = ring.tryClaim(length);
        if (index < 0)
        {
            return index == RingPort.TOO_LONG ? DropReason.OVERSIZE :
                index == RingPort.FULL ? DropReason.PORT_FULL : DropReason.PORT_CLOSED;
        }
        ring.buffer().putInt(index, remote);
        ring.buffer().putInt(index + VNI_OFFSET, vni);
        ring.buffer().putBytes(index + HEADER_LENGTH, frame.buffer(), frame.offset(), frame.length());
        return ring.commit(index) ? DropReason.NONE : DropReason.PORT_CLOSED;
    }

    /** Number of the remote that a frame of the ring goes to. */
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
