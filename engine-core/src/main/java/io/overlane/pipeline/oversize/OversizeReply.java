// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.PortGuard;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import org.agrona.concurrent.NanoClock;

/**
 * Tells the senders of Ethernet frames that are too long for the tunnel, through the port they came from, as often as
 * the engine's limit allows. Linux does it where its device is a bridge port; our ports are all of that kind.
 */
public final class OversizeReply implements OversizeListener
{
    private final Port port;
    private final int portMtu;
    private final PortGuard guard;
    private final RateLimit limit;
    private final NanoClock clock;
    private final PacketTooBig packetTooBig = new PacketTooBig();

    /**
     * @param port    to answer through.
     * @param portMtu the largest IP packet it may send.
     * @param guard   calls the port.
     * @param limit   of all answers of the engine.
     * @param clock   for the limit.
     */
    public OversizeReply(
        final Port port, final int portMtu, final PortGuard guard, final RateLimit limit, final NanoClock clock)
    {
        this.port = port;
        this.portMtu = portMtu;
        this.guard = guard;
        this.limit = limit;
        this.clock = clock;
    }

    @Override
    public boolean onOversize(final Frame frame, final int longestFrame)
    {
        final Frame answer = packetTooBig.build(frame, portMtu, longestFrame);
        return answer != null && limit.take(1, clock.nanoTime()) && guard.offer(port, answer) == DropReason.NONE;
    }
}
