// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.stage;

import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.pipeline.Fates;
import io.overlane.pipeline.PortGuard;
import io.overlane.pipeline.bridge.PortFlood;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import org.jspecify.annotations.Nullable;

/** Sends the copies that the stages of one thread ask for. */
public final class Mirrors
{
    private static final int MAX_FRAME_LENGTH = 1 << 16;

    private final Fates fates;
    private final PortFlood ports;
    private final ToRemote toRemote;
    /** Ports get a copy in memory of its own, because a port may write in front of a frame. Made for the first. */
    private @Nullable FrameSlab copy;

    /** Sends a copy of a frame to a remote, and counts it. */
    @FunctionalInterface
    public interface ToRemote
    {
        /**
         * @param frame  stays as it is.
         * @param layer3 the frame's {@code Layer3}.
         * @param high   first word of the outer address it came from, 0 if from a port.
         * @param low    second word.
         * @param remote number of the remote.
         */
        void mirror(Frame frame, int layer3, int vni, long high, long low, int remote);
    }

    /** @param isEthernet true if frames begin with an Ethernet header, false for IP. */
    public Mirrors(final Fates fates, final PortGuard guard, final boolean isEthernet, final ToRemote toRemote)
    {
        this.fates = fates;
        ports = new PortFlood(guard, fates, isEthernet);
        this.toRemote = toRemote;
    }

    void toPort(
        final Port port, final Frame frame, final int vni, final long high, final long low, final int count)
    {
        if (copy == null)
        {
            copy = new FrameSlab(1, MAX_FRAME_LENGTH);
        }
        final Frame mirrored = copy.frame(0).wrap(FrameSlab.HEADROOM, frame.length());
        mirrored.buffer().putBytes(FrameSlab.HEADROOM, frame.buffer(), frame.offset(), frame.length());
        mirrored.offload(
            frame.flags(), frame.gsoType(), frame.headerLength(), frame.gsoSize(), frame.checksumStart(),
            frame.checksumOffset());
        final DropReason verdict = ports.offer(mirrored, port, count);
        if (fates.feed() != null)
        {
            fates.feed().to(port);
        }
        fates.copy(Fate.Kind.MIRROR_COPY, verdict, vni, high, low, frame, 0, count);
    }

    void toRemote(
        final Frame frame, final int layer3, final int vni, final long high, final long low, final int remote)
    {
        toRemote.mirror(frame, layer3, vni, high, low, remote);
    }
}
