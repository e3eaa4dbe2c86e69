// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The other tests find leaks. */
@Timeout(60)
class LeakExtensionTest
{
    @Test
    void shouldFindABufferThatWasNotReleased()
    {
        final List<String> found = new ArrayList<>();
        lose();
        while (found.isEmpty())
        {
            found.addAll(LeakExtension.takeLeaks());
        }
        assertEquals(1, found.size());
        assertTrue(found.get(0).contains("LeakExtensionTest.lose"), found.get(0));
    }

    private static void lose()
    {
        ByteBufAllocator.DEFAULT.directBuffer(100).writeByte(0);
    }
}
