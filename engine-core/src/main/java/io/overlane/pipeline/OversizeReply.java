package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import org.agrona.concurrent.NanoClock;

/**
 * Tells the senders of Ethernet frames that are too long for the tunnel, through the port they came from; so many a
 * second and no more. Linux does it where its device is a bridge port; our ports are all of that kind.
 */
final class OversizeReply implements OversizeListener
{
    /** As Linux {@code net.ipv4.icmp_msgs_per_sec}. */
    static final int REPLIES_PER_SECOND = 1000;

    /** As Linux {@code net.ipv4.icmp_msgs_burst}. */
    static final int BURST = 50;

    private final Port port;
    private final int portMtu;
    private final TokenBucket bucket;
    private final PacketTooBig packetTooBig = new PacketTooBig();
    private final FrameBatch batch = new FrameBatch(1);

    /**
     * @param port    to answer through.
     * @param portMtu the largest IP packet it may send.
     * @param clock   for the rate.
     */
    OversizeReply(final Port port, final int portMtu, final NanoClock clock)
    {
        this.port = port;
        this.portMtu = portMtu;
        bucket = new TokenBucket(clock, REPLIES_PER_SECOND, BURST);
    }

    @Override
    public boolean onOversize(final Frame frame, final int longestFrame)
    {
        final Frame answer = packetTooBig.build(frame, portMtu, longestFrame);
        if (answer == null || !bucket.take())
        {
            return false;
        }
        batch.clear();
        batch.add(answer);
        port.offer(batch);
        return answer.verdict() == DropReason.NONE;
    }
}
