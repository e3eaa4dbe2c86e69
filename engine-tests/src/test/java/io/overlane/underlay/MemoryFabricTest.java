// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.testkit.MemoryFabric;
import io.overlane.testkit.UnderlayContract;
import io.overlane.testkit.UnderlayPair;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The network in memory: delays, limits, losses. */
class MemoryFabricTest
{
    private static final Vtep A = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep B = Vtep.parse("192.0.2.2:8472", 0);
    private static final Vtep C = Vtep.parse("192.0.2.3:8472", 0);

    private final CachedNanoClock clock = new CachedNanoClock();
    private final SendBatch sendBatch = new SendBatch(8);
    private final ReceiveBatch receiveBatch = new ReceiveBatch(8);

    @Test
    void shouldDeliverWhenTheDelayIsOver()
    {
        final MemoryFabric fabric = new MemoryFabric(clock).delay(1_000);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);
        send(a, B, 7, 100, 0);

        clock.advance(999);
        assertEquals(0, b.poll(receiveBatch));
        clock.advance(1);
        assertEquals(1, b.poll(receiveBatch));
        assertEquals(7, tag(0));
    }

    @Test
    void shouldDeliverByTimeAcrossLinksAndInOrderOnOne()
    {
        final MemoryFabric fabric = new MemoryFabric(clock).delay(500).delay(A, C, 2_000);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);
        final Underlay c = fabric.attach(C);
        send(a, C, 1, 100, 0);
        send(a, C, 2, 100, 0);
        send(b, C, 3, 100, 0);

        clock.advance(10_000);

        assertEquals(3, c.poll(receiveBatch));
        assertEquals(3, tag(0));
        assertEquals(1, tag(1));
        assertEquals(2, tag(2));
        assertEquals(B.address().low(), receiveBatch.sourceLow(0));
    }

    @Test
    void shouldSayOversizeAtTheMtuLessHeaders()
    {
        final MemoryFabric fabric = new MemoryFabric(clock, 1500, 8);
        final Underlay a = fabric.attach(A);
        fabric.attach(B);
        final Underlay six = fabric.attach(Vtep.parse("[2001:db8::1]:1", 0));
        final Vtep six2 = Vtep.parse("[2001:db8::2]:1", 0);
        fabric.attach(six2);

        assertEquals(DropReason.NONE, send(a, B, 0, 1472, 0));
        assertEquals(DropReason.OVERSIZE, send(a, B, 0, 1473, 0));
        assertEquals(DropReason.NONE, send(six, six2, 0, 1452, 0));
        assertEquals(DropReason.OVERSIZE, send(six, six2, 0, 1453, 0));
        assertEquals(DropReason.NONE, send(a, B, 0, 4000, 1472), "cut into pieces that fit");
    }

    @Test
    void shouldSayUnreachableWhereNobodyIsAttached()
    {
        final MemoryFabric fabric = new MemoryFabric(clock);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);

        assertEquals(DropReason.UNDERLAY_UNREACHABLE, send(a, C, 0, 10, 0));
        b.close();
        assertEquals(DropReason.UNDERLAY_UNREACHABLE, send(a, B, 0, 10, 0));
        fabric.attach(B);
        assertEquals(DropReason.NONE, send(a, B, 0, 10, 0));
    }

    @Test
    void shouldLoseWhatTheReceiverHasNoRoomForAndCountIt()
    {
        final MemoryFabric fabric = new MemoryFabric(clock, 1500, 2);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);
        for (int i = 0; i < 3; i++)
        {
            assertEquals(DropReason.NONE, send(a, B, i, 10, 0));
        }

        assertEquals(1, fabric.lost());
        assertEquals(2, b.poll(receiveBatch));
        send(a, B, 9, 10, 0);
        assertEquals(2, fabric.lost(), "lent frames occupy their slots");
    }

    @Test
    void shouldDeliverJoinedEntriesWholeWhenAsked()
    {
        final MemoryFabric fabric = new MemoryFabric(clock).joining(true);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);

        assertEquals(DropReason.NONE, send(a, B, 0, 30_000, 1400));
        assertEquals(DropReason.NONE, send(a, B, 0, 1400, 1400));
        assertEquals(DropReason.OVERSIZE, send(a, B, 0, 30_000, 1473));

        assertEquals(2, b.poll(receiveBatch));
        assertEquals(30_000, receiveBatch.frame(0).length());
        assertEquals(1400, receiveBatch.segmentSize(0));
        assertEquals(0, receiveBatch.segmentSize(1), "a datagram by itself");
    }

    @Test
    void shouldCarryTheTypeOfService()
    {
        final MemoryFabric fabric = new MemoryFabric(clock);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);
        sendBatch.add(frame(1, 10), B.address().high(), B.address().low(), B.udpPort(), 0, 0, 3, 0);
        a.send(sendBatch);

        b.poll(receiveBatch);

        assertEquals(3, receiveBatch.tos(0));
    }

    @Test
    void shouldLetAWireDecideWhichCopiesArrive()
    {
        final MemoryFabric fabric = new MemoryFabric(clock).delay(5);
        final Underlay a = fabric.attach(A);
        final Underlay b = fabric.attach(B);
        fabric.wire((from, to, payload, offset, length, copies) ->
        {
            assertEquals(A, from);
            assertEquals(B, to);
            // Number 1 is lost, 2 comes twice, 3 overtakes the second copy.
            final int tag = payload.getByte(offset);
            if (tag == 2)
            {
                copies.accept(10);
                copies.accept(30);
            }
            else if (tag == 3)
            {
                copies.accept(20);
            }
        });
        send(a, B, 1, 100, 0);
        send(a, B, 2, 100, 0);
        send(a, B, 3, 100, 0);

        clock.advance(30);

        assertEquals(3, b.poll(receiveBatch));
        assertEquals(2, tag(0));
        assertEquals(3, tag(1));
        assertEquals(2, tag(2));
        assertEquals(0, fabric.lost(), "a full queue lost nothing");
    }

    @Test
    void shouldInjectUnderAnySource()
    {
        final MemoryFabric fabric = new MemoryFabric(clock);
        final Underlay a = fabric.attach(A);
        final MemoryBuffer payload = new MemoryBuffer(new byte[]{9, 8, 7});

        assertTrue(fabric.inject(C, A, payload, 1, 2));
        assertFalse(fabric.inject(C, B, payload, 1, 2), "nobody is attached there");

        assertEquals(1, a.poll(receiveBatch));
        assertEquals(8, tag(0));
        assertEquals(2, receiveBatch.frame(0).length());
        assertEquals(C.address().low(), receiveBatch.sourceLow(0));
        assertEquals(C.udpPort(), receiveBatch.sourcePort(0));
    }

    @Test
    void shouldRefuseWhatCannotBeAnEndpoint()
    {
        final MemoryFabric fabric = new MemoryFabric(clock);
        fabric.attach(A);

        final String taken = assertThrows(IllegalArgumentException.class, () -> fabric.attach(A)).getMessage();
        assertTrue(taken.contains("192.0.2.1:8472"), taken);
        assertThrows(IllegalArgumentException.class, () -> fabric.attach(new Vtep(IpAddress.ANY_V4, 1)));
        assertThrows(IllegalArgumentException.class, () -> fabric.delay(-1));
        assertThrows(IllegalArgumentException.class, () -> new MemoryFabric(clock, 20, 1));
    }

    private DropReason send(
        final Underlay from, final Vtep to, final int tag, final int length, final int segmentSize)
    {
        final IpAddress address = to.address();
        sendBatch.clear();
        sendBatch.add(frame(tag, length), address.high(), address.low(), to.udpPort(), 0, 0, 0, segmentSize);
        from.send(sendBatch);
        return sendBatch.verdict(0);
    }

    private int tag(final int index)
    {
        return receiveBatch.frame(index).buffer().getByte(receiveBatch.frame(index).offset());
    }

    private static Frame frame(final int tag, final int length)
    {
        final Frame frame = new Frame(new MemoryBuffer(new byte[length])).wrap(0, length);
        frame.buffer().putByte(0, (byte)tag);
        return frame;
    }

    /** An endpoint of a pair does what every underlay must. */
    @Nested
    class Contract extends UnderlayContract
    {
        private final UnderlayPair pair = new UnderlayPair(A, B);

        @Override
        protected boolean countsReceiveDrops()
        {
            return true;
        }

        @Override
        protected Underlay open(final int index)
        {
            return index == 0 ? pair.left() : pair.right();
        }
    }
}
