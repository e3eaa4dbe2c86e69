// SPDX-License-Identifier: Apache-2.0
package io.overlane.offload;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.Ipv6Header;
import org.jspecify.annotations.Nullable;

/** Cuts a super-frame into ordinary frames, one by one, for a port that takes no super-frames. */
public final class SuperFramePieces
{
    /** The longest packet, of IPv6, behind the longest Ethernet header. */
    private static final int MAX_LENGTH = Layer3.MAX_OFFSET + Ipv6Header.LENGTH + 0xFFFF;

    private final GsoSplitter splitter = new GsoSplitter();
    private final Frame piece = new FrameSlab(1, MAX_LENGTH).frame(0);

    /**
     * Begin with a super-frame; nothing is changed in it.
     *
     * @param frame      a super-frame without tunnel header.
     * @param isEthernet true if it begins with an Ethernet header, false if it is an IP packet.
     * @return {@link DropReason#BAD_OFFLOAD} if it cannot be cut, else {@link DropReason#NONE}.
     */
    public DropReason open(final Frame frame, final boolean isEthernet)
    {
        return splitter.open(frame, Layer3.of(frame, isEthernet));
    }

    /** The next piece, valid until the next call; null behind the last. */
    public @Nullable Frame next()
    {
        if (!splitter.hasNext())
        {
            return null;
        }
        piece.wrap(FrameSlab.HEADROOM, 0);
        return piece.length(splitter.cut(piece.buffer(), piece.offset(), MAX_LENGTH, 1, 0));
    }
}
