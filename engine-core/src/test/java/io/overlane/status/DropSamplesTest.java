// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** {@link DropSamples}: what is kept, in which order, and that a reader never sees half of it. */
class DropSamplesTest
{
    private static final IpAddress SOURCE = IpAddress.parse("192.0.2.66");

    private long nowNs;
    private final DropSamples samples = new DropSamples(() -> nowNs);
    private final MemoryBuffer frame = new MemoryBuffer(new byte[256]);

    @Test
    void shouldKeepWhatIsKnownOfADrop()
    {
        for (int i = 0; i < frame.capacity(); i++)
        {
            frame.putByte(i, (byte)i);
        }
        nowNs = 77;
        record(DropReason.UNKNOWN_VNI, 42, 10, 100);

        final DropSample sample = samples.last(DropReason.UNKNOWN_VNI).get(0);
        final byte[] expected = new byte[DropSamples.MAX_BYTES];
        frame.getBytes(10, expected);
        assertEquals(new DropSample(DropReason.UNKNOWN_VNI, 77, 42, SOURCE, 100, false, expected), sample);
        assertEquals(List.of(), samples.last(DropReason.OWN_MAC));
    }

    @Test
    void shouldKeepShortFramesWholeAndFramesWithoutRemote()
    {
        frame.putByte(3, (byte)9);
        samples.record(DropReason.SHORT_HEADER, DropLedger.NO_VNI, 0, 0, frame, 3, 1, false);
        samples.onBatchEnd();
        samples.record(DropReason.SHORT_HEADER, DropLedger.NO_VNI, 0, 0, frame, 3, 0, false);

        final List<DropSample> last = samples.last(DropReason.SHORT_HEADER);
        assertArrayEquals(new byte[]{9}, last.get(0).bytes());
        assertNull(last.get(0).remote());
        assertEquals(0, last.get(1).bytes().length);
    }

    @Test
    void shouldKeepTheLastOfEachReasonOldestFirst()
    {
        for (int i = 0; i < 3 * DropSamples.PER_REASON + 2; i++)
        {
            record(DropReason.OWN_MAC, i, 0, 14);
            record(DropReason.OVERSIZE, 1000 + i, 0, 14);
            samples.onBatchEnd();
        }
        final List<Integer> vnis = samples.last(DropReason.OWN_MAC).stream().map(DropSample::vni).toList();
        assertEquals(List.of(18, 19, 20, 21, 22, 23, 24, 25), vnis);
        assertEquals(1018, samples.last(DropReason.OVERSIZE).get(0).vni());
    }

    @Test
    void shouldKeepTheFirstOfEachReasonInABatch()
    {
        for (int i = 0; i < 64; i++)
        {
            record(DropReason.UNKNOWN_VNI, i, 0, 14);
        }
        record(DropReason.NO_I_FLAG, 64, 0, 14);
        samples.onBatchEnd();
        record(DropReason.UNKNOWN_VNI, 65, 0, 14);

        assertEquals(
            List.of(0, 65), samples.last(DropReason.UNKNOWN_VNI).stream().map(DropSample::vni).toList());
        assertEquals(1, samples.last(DropReason.NO_I_FLAG).size());
    }

    @Test
    void shouldShowThoseOfAllThreadsInOrderOfTime()
    {
        final DropSamples other = new DropSamples(() -> nowNs);
        samples.join(other);
        nowNs = 1;
        record(DropReason.OWN_MAC, 1, 0, 14);
        nowNs = 2;
        other.record(DropReason.OWN_MAC, 2, 0, 1, frame, 0, 14, false);
        nowNs = 3;
        samples.onBatchEnd();
        record(DropReason.OWN_MAC, 3, 0, 14);

        assertEquals(
            List.of(1, 2, 3), samples.last(DropReason.OWN_MAC).stream().map(DropSample::vni).toList());
    }

    /** Every field and byte of a sample says the same number. */
    @Test
    void shouldNeverShowHalfASample() throws InterruptedException
    {
        final DropSamples shared = new DropSamples(() -> frame.getByte(0));
        final AtomicBoolean isDone = new AtomicBoolean();
        final Thread writer = new Thread(() ->
        {
            for (int i = 0; !isDone.get(); i++)
            {
                final byte number = (byte)(i & 63);
                frame.setMemory(0, DropSamples.MAX_BYTES, number);
                shared.record(DropReason.OWN_MAC, number, number, number, frame, 0, number, false);
                shared.onBatchEnd();
            }
        });
        writer.setDaemon(true);
        writer.start();
        int seen = 0;
        while (seen < 50_000)
        {
            for (final DropSample sample : shared.last(DropReason.OWN_MAC))
            {
                final int number = sample.vni();
                final byte[] expected = new byte[number];
                Arrays.fill(expected, (byte)number);
                assertEquals(
                    new DropSample(
                        DropReason.OWN_MAC, number, number,
                        number == 0 ? null : new IpAddress(number, number), number, false, expected),
                    sample);
                seen++;
            }
        }
        isDone.set(true);
        writer.join();
    }

    private void record(final DropReason reason, final int vni, final int offset, final int length)
    {
        samples.record(reason, vni, SOURCE.high(), SOURCE.low(), frame, offset, length, false);
    }
}
