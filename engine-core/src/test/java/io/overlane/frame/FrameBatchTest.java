// SPDX-License-Identifier: Apache-2.0
package io.overlane.frame;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** A batch that provides the memory of its frames. */
class FrameBatchTest
{
    private final FrameBatch batch = new FrameBatch(2);

    @Test
    void shouldHaveASlotForEachFrameAndReuseItWhenCleared()
    {
        final Frame first = batch.slot(100);
        assertTrue(first.buffer().capacity() >= FrameSlab.HEADROOM + 100);
        assertSame(first, batch.slot(100), "nothing was added");
        batch.add(first);
        final Frame second = batch.slot(100);
        assertNotSame(first, second);
        batch.add(second);

        batch.clear();
        assertSame(first, batch.slot(60), "a port with shorter frames reads into the same memory");
    }

    @Test
    void shouldKeepTheFramesOfOnePortWhenAnotherNeedsLongerSlots()
    {
        final Frame first = batch.slot(100);
        first.buffer().putByte(0, (byte)7);
        batch.add(first);

        final Frame second = batch.slot(5000);
        second.buffer().setMemory(0, second.buffer().capacity(), (byte)9);
        batch.add(second);

        assertSame(first, batch.get(0));
        assertEquals(7, batch.get(0).buffer().getByte(0));
    }
}
