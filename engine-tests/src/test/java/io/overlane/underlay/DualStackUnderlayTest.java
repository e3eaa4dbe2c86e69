// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.signal.IdleWait;
import io.overlane.status.DropReason;
import io.overlane.testkit.MemoryFabric;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Two networks in memory under one underlay. */
class DualStackUnderlayTest
{
    private static final Vtep HERE_V4 = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep HERE_V6 = Vtep.parse("[2001:db8::1]:8472", 0);
    private static final Vtep PEER_V4 = Vtep.parse("192.0.2.2:8472", 0);
    private static final Vtep PEER_V6 = Vtep.parse("[2001:db8::2]:8472", 0);

    private final MemoryFabric fabric = new MemoryFabric(() -> 0);
    private final Underlay ipv4 = fabric.attach(HERE_V4);
    private final Underlay ipv6 = fabric.attach(HERE_V6);
    private final Underlay peer4 = fabric.attach(PEER_V4);
    private final Underlay peer6 = fabric.attach(PEER_V6);
    private final Waits waits = new Waits();
    private final DualStackUnderlay both = new DualStackUnderlay(ipv4, ipv6, waits);
    private final SendBatch out = new SendBatch(8);
    private final ReceiveBatch in = new ReceiveBatch(8);

    @Test
    void shouldSendByVersionAndBringVerdictsBack()
    {
        add(PEER_V6, 1);
        add(PEER_V4, 2);
        add(Vtep.parse("192.0.2.99:8472", 0), 3);
        add(PEER_V6, 4);
        both.send(out);

        assertEquals(DropReason.NONE, out.verdict(0));
        assertEquals(DropReason.NONE, out.verdict(1));
        assertEquals(DropReason.UNDERLAY_UNREACHABLE, out.verdict(2));
        assertEquals(DropReason.NONE, out.verdict(3));
        assertEquals(1, peer4.poll(in));
        assertEquals(2, lengthOf(0));
        in.clear();
        assertEquals(2, peer6.poll(in));
        assertEquals(1, lengthOf(0));
        assertEquals(4, lengthOf(1));
    }

    @Test
    void shouldSendBatchOfOneVersionAsItIs()
    {
        add(PEER_V6, 1);
        both.send(out);
        assertEquals(1, peer6.poll(in));
        out.clear();
        in.clear();
        add(PEER_V4, 1);
        both.send(out);
        assertEquals(1, peer4.poll(in));
    }

    @Test
    void shouldReceiveFromBothInTurns()
    {
        final ReceiveBatch small = new ReceiveBatch(1);
        for (int i = 0; i < 2; i++)
        {
            out.clear();
            add(HERE_V4, 4);
            peer4.send(out);
            out.clear();
            add(HERE_V6, 6);
            peer6.send(out);
        }
        int v4 = 0;
        for (int i = 0; i < 2; i++)
        {
            small.clear();
            assertEquals(1, both.poll(small));
            v4 += IpAddress.isV4(small.sourceHigh(0), small.sourceLow(0)) ? 1 : 0;
        }
        assertEquals(1, v4, "neither starves the other");
        assertEquals(2, both.poll(in));
    }

    @Test
    void shouldDeclareWhatBothCan()
    {
        assertEquals(Set.of(UnderlayFeature.values()), both.features());
        assertEquals(1500, both.pathMtu(PEER_V6.address().high(), PEER_V6.address().low()));
        assertEquals(8472, both.local().udpPort());
    }

    @Test
    void shouldAddUpWhatBothDropped()
    {
        while (ipv4.receiveDrops() < 1 || ipv6.receiveDrops() < 1)
        {
            out.clear();
            add(HERE_V4, 4);
            peer4.send(out);
            out.clear();
            add(HERE_V6, 6);
            peer6.send(out);
        }
        assertEquals(2, both.receiveDrops());
    }

    @Test
    void shouldWaitAndCloseForBoth()
    {
        both.await(7);
        both.wake();
        both.close();
        assertEquals("await 7 wake close ", waits.calls.toString());
        add(PEER_V4, 1);
        ipv4.send(out);
        assertEquals(DropReason.UNDERLAY_ERROR, out.verdict(0));
    }

    @Test
    void shouldRefuseTwoOfOneVersion()
    {
        assertThrows(IllegalArgumentException.class, () -> new DualStackUnderlay(ipv4, peer4, waits));
        assertThrows(IllegalArgumentException.class, () -> new DualStackUnderlay(ipv6, ipv4, waits));
    }

    private static final class Waits implements IdleWait
    {
        private final StringBuilder calls = new StringBuilder();

        @Override
        public void await(final long timeoutNs)
        {
            calls.append("await ").append(timeoutNs).append(' ');
        }

        @Override
        public void wake()
        {
            calls.append("wake ");
        }

        @Override
        public void close()
        {
            calls.append("close ");
        }
    }

    private int lengthOf(final int entry)
    {
        return in.frame(entry).length();
    }

    private void add(final Vtep to, final int length)
    {
        final Frame frame = new FrameSlab(1, 64).frame(0).wrap(FrameSlab.HEADROOM, length);
        out.add(frame, to.address().high(), to.address().low(), to.udpPort(), 0, 0, 0, 0);
    }
}
