// SPDX-License-Identifier: Apache-2.0
package io.overlane.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The build runs this class in two JVMs, of which one has the flag. */
class FastAccessTest
{
    @Test
    void shouldBeOffWithoutTheFlag()
    {
        assertFalse(FastAccess.IS_ON);
        assertEquals(0, MemoryBuffer.allocate(64, 8).fastLength);
    }

    @Test
    @Tag("unsafe-buffer")
    void shouldBeUsedWithTheFlagForMemoryThatWasAllocatedHereOnly()
    {
        assertTrue(FastAccess.IS_ON);
        final MemoryBuffer allocated = MemoryBuffer.allocate(64, 8);
        assertEquals(64, allocated.fastLength);
        final MemoryBuffer view = new MemoryBuffer(allocated, 16, 32);
        assertEquals(32, view.fastLength);
        assertEquals(allocated.addressOffset() + 16, view.fastAddress);
        assertEquals(8, new MemoryBuffer(view, 4, 8).fastLength);

        // An application may free these, or may not let anybody write them.
        assertEquals(0, new MemoryBuffer(ByteBuffer.allocateDirect(64)).fastLength);
        assertEquals(0, new MemoryBuffer(allocated.byteBuffer()).fastLength);
        assertEquals(0, new MemoryBuffer(new byte[64]).fastLength);
        view.wrap(new byte[64]);
        assertEquals(0, view.fastLength);
    }
}
