// SPDX-License-Identifier: Apache-2.0
package io.overlane.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.control.FdbChange;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Events leave the ring in order, and events that find no room are counted. */
class TableEventsTest implements TableEvents.Handler
{
    private final TableEvents events = new TableEvents(8);
    private final List<List<Object>> told = new ArrayList<>();

    @Test
    void shouldTellAllItWasGiven()
    {
        events.offerFdbChange(FdbChange.EVICTED, 0xFF_FFFF, 0xFEDC_BA98_7654L, 3, -1, -2, 65535);
        events.offerUnknownStation(1, 2);
        events.offerUnknownNeighbor(3, -4, -5);
        assertEquals(3, events.poll(this, 10));
        assertEquals(List.of(
            List.of(FdbChange.EVICTED, 0xFF_FFFF, 0xFEDC_BA98_7654L, 3L, -1L, -2L, 65535),
            List.of(1, 2L),
            List.of(3, -4L, -5L)), told);
        assertEquals(0, events.poll(this, 10));
    }

    @Test
    void shouldCountWhatFindsNoRoom()
    {
        for (int i = 0; i < 100; i++)
        {
            events.offerUnknownStation(1, i);
        }
        assertEquals(100, events.poll(this, 1000) + events.lost());
        assertTrue(told.size() >= 8, "held: " + told.size());
        assertEquals(List.of(1, 0L), told.get(0), "the first stay");
    }

    @Test
    void shouldTellTheRestWhenTheHandlerThrows()
    {
        events.offerUnknownStation(1, 13);
        events.offerUnknownStation(1, 2);
        final RuntimeException thrown = assertThrows(IllegalStateException.class, () -> events.poll(this, 10));
        assertEquals("unlucky", thrown.getMessage());
        events.offerUnknownStation(1, 3);
        assertEquals(2, events.poll(this, 10));
        assertEquals(List.of(List.of(1, 2L), List.of(1, 3L)), told);
    }

    @Override
    public void onFdbChange(
        final FdbChange change,
        final int vni,
        final long mac,
        final long word,
        final long high,
        final long low,
        final int udpPort)
    {
        told.add(List.of(change, vni, mac, word, high, low, udpPort));
    }

    @Override
    public void onUnknownStation(final int vni, final long mac)
    {
        if (mac == 13)
        {
            throw new IllegalStateException("unlucky");
        }
        told.add(List.of(vni, mac));
    }

    @Override
    public void onUnknownNeighbor(final int vni, final long high, final long low)
    {
        told.add(List.of(vni, high, low));
    }
}
