// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.testkit.FaultyUnderlay;
import io.overlane.testkit.UnderlayContract;
import io.overlane.testkit.UnderlayPair;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.agrona.concurrent.CachedNanoClock;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Faults happen about as often as asked for, are counted, and come back with the seed. */
class FaultyUnderlayTest
{
    private static final Vtep A = Vtep.parse("192.0.2.1:8472", 0);
    private static final Vtep B = Vtep.parse("192.0.2.2:8472", 0);
    private static final int DATAGRAMS = 2_000;
    private static final int LENGTH = 40;

    private final CachedNanoClock clock = new CachedNanoClock();
    private final UnderlayPair pair = new UnderlayPair(A, B);
    private final FaultyUnderlay faulty = new FaultyUnderlay(pair.right(), 42, clock);

    @Test
    void shouldPassEverythingUnlessAskedForFaults()
    {
        final List<String> received = run(faulty);

        assertEquals(DATAGRAMS, received.size());
        for (int i = 0; i < DATAGRAMS; i++)
        {
            assertEquals((i & 0xFF) + " of " + LENGTH + " intact", received.get(i));
        }
    }

    @Test
    void shouldLose()
    {
        final List<String> received = run(faulty.loss(0.1));

        assertEquals(DATAGRAMS - faulty.lost(), received.size());
        assertTrue(faulty.lost() > 100 && faulty.lost() < 300, "lost " + faulty.lost());
    }

    @Test
    void shouldDouble()
    {
        final List<String> received = run(faulty.duplication(0.1));

        assertEquals(DATAGRAMS + faulty.duplicated(), received.size());
        assertTrue(faulty.duplicated() > 100, "duplicated " + faulty.duplicated());
    }

    @Test
    void shouldReorderWithoutLosing()
    {
        final List<String> received = run(faulty.reordering(0.05, 1_000));
        final List<String> inOrder = run(new FaultyUnderlay(pair.right(), 1, clock));

        assertNotEquals(inOrder, received);
        Collections.sort(received);
        Collections.sort(inOrder);
        assertEquals(inOrder, received);
        assertTrue(faulty.reordered() > 50, "reordered " + faulty.reordered());
    }

    @Test
    void shouldTruncateAndCorrupt()
    {
        final List<String> received = run(faulty.truncation(0.1).corruption(0.1));

        assertEquals(DATAGRAMS, received.size());
        final long shortened = received.stream().filter((datagram) -> !datagram.contains("of " + LENGTH)).count();
        final long damaged = received.stream().filter((datagram) -> datagram.endsWith("damaged")).count();
        assertEquals(faulty.truncated(), shortened);
        assertEquals(faulty.corrupted(), damaged);
        assertTrue(shortened > 100 && damaged > 100, shortened + " shortened, " + damaged + " damaged");
    }

    @Test
    void shouldRepeatItselfWithTheSameSeed()
    {
        final List<String> first = run(spoilt(7));
        final List<String> again = run(spoilt(7));
        final List<String> other = run(spoilt(8));

        assertEquals(first, again);
        assertNotEquals(first, other);
    }

    @Test
    void shouldRefuseImpossibleRates()
    {
        assertThrows(IllegalArgumentException.class, () -> faulty.loss(1.1));
        assertThrows(IllegalArgumentException.class, () -> faulty.corruption(-0.1));
        assertThrows(IllegalArgumentException.class, () -> faulty.duplication(Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> faulty.reordering(0.1, 0));
    }

    private FaultyUnderlay spoilt(final long seed)
    {
        return new FaultyUnderlay(pair.right(), seed, clock)
            .loss(0.05).duplication(0.05).reordering(0.05, 500).truncation(0.05).corruption(0.05);
    }

    /** Send datagrams numbered modulo 256 in their type of service, which no fault touches; say what came. */
    private List<String> run(final Underlay to)
    {
        final SendBatch batch = new SendBatch(1);
        final ReceiveBatch received = new ReceiveBatch(16);
        final Frame frame = new FrameSlab(1, LENGTH).frame(0);
        final List<String> result = new ArrayList<>();
        for (int i = 0; i < DATAGRAMS + 100; i++)
        {
            if (i < DATAGRAMS)
            {
                frame.wrap(FrameSlab.HEADROOM, LENGTH);
                for (int at = 0; at < LENGTH; at++)
                {
                    frame.buffer().putByte(frame.offset() + at, (byte)(i + at));
                }
                batch.clear();
                batch.add(frame, B.address().high(), B.address().low(), B.udpPort(), 0, 0, i & 0xFF, 0);
                pair.left().send(batch);
            }
            clock.advance(100);
            received.clear();
            to.poll(received);
            for (int entry = 0; entry < received.size(); entry++)
            {
                result.add(describe(received.frame(entry), received.tos(entry)));
            }
        }
        return result;
    }

    /** Each byte is the number's low byte plus its position, so one wrong bit shows, however short the rest. */
    private static String describe(final Frame frame, final int number)
    {
        boolean isIntact = true;
        for (int i = 0; i < frame.length(); i++)
        {
            isIntact &= frame.buffer().getByte(frame.offset() + i) == (byte)(number + i);
        }
        return number + " of " + frame.length() + (isIntact ? " intact" : " damaged");
    }

    /** Without faults it is an underlay like others. */
    @Nested
    class Contract extends UnderlayContract
    {
        @Override
        protected boolean countsReceiveDrops()
        {
            return true;
        }

        @Override
        protected Underlay open(final int index)
        {
            return new FaultyUnderlay(index == 0 ? pair.left() : pair.right(), index, System::nanoTime);
        }
    }
}
