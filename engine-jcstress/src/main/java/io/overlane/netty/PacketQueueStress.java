// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.Unpooled;
import io.netty.channel.socket.DatagramPacket;
import java.net.InetSocketAddress;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;

/** What a thread may get from a {@link PacketQueue} while another one offers. An outcome that is not listed fails. */
public final class PacketQueueStress
{
    private static final InetSocketAddress RECIPIENT = InetSocketAddress.createUnresolved("none", 1);
    private static final int NOTHING = 0;
    private static final int UNFINISHED = -1;

    private PacketQueueStress()
    {
    }

    private static DatagramPacket packet(final int number)
    {
        return new DatagramPacket(Unpooled.buffer(1).writeByte(number), RECIPIENT);
    }

    /** The number in the next packet. The fields of a packet's buffer are not final, so that a race would show. */
    private static int poll(final PacketQueue queue)
    {
        final DatagramPacket packet = queue.poll();
        if (packet == null)
        {
            return NOTHING;
        }
        return packet.content().readableBytes() == 1 ? packet.content().getByte(0) : UNFINISHED;
    }

    /** Packets come whole and in their order. */
    @JCStressTest
    @Outcome(id = {"0, 0", "0, 1", "1, 0", "1, 2"}, expect = Expect.ACCEPTABLE, desc = "whole, in order")
    @State
    public static class Order
    {
        private final PacketQueue queue = new PacketQueue(2);

        /** The event loop. */
        @Actor
        public void offer()
        {
            queue.offer(packet(1));
            queue.offer(packet(2));
        }

        /** The engine. */
        @Actor
        public void poll(final II_Result result)
        {
            result.r1 = PacketQueueStress.poll(queue);
            result.r2 = PacketQueueStress.poll(queue);
        }
    }

    /** A packet for a full queue is refused, or gets the slot of the packet that is polled. None is lost. */
    @JCStressTest
    @Outcome(id = "0, 1, 0", expect = Expect.ACCEPTABLE, desc = "refused")
    @Outcome(id = "1, 1, 2", expect = Expect.ACCEPTABLE, desc = "taken")
    @State
    public static class Full
    {
        private final PacketQueue queue = new PacketQueue(1);

        /** Fill the queue. */
        public Full()
        {
            queue.offer(packet(1));
        }

        /** The event loop. */
        @Actor
        public void offer(final III_Result result)
        {
            result.r1 = queue.offer(packet(2)) ? 1 : 0;
        }

        /** The engine. */
        @Actor
        public void poll(final III_Result result)
        {
            result.r2 = PacketQueueStress.poll(queue);
        }

        /** The engine, afterwards. */
        @Arbiter
        public void pollTheRest(final III_Result result)
        {
            result.r3 = PacketQueueStress.poll(queue);
        }
    }
}
