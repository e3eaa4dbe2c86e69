// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.memory.MemoryBuffer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.agrona.concurrent.SystemNanoClock;
import org.junit.jupiter.api.Test;

/** Sums, and labels that any Agrona tool can list. */
class EngineCountersTest
{
    private static final MemoryBuffer FRAME = new MemoryBuffer(new byte[60]);

    @Test
    void shouldLabelEveryCounterOnce()
    {
        final EngineCounters counters = new EngineCounters(2, 4, 4, 1, SystemNanoClock.INSTANCE);
        counters.newTraffic("encap", 0, "vni-1");
        counters.decap().onDropped(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, 0, 0, 1, FRAME, 0, FRAME.capacity());
        final Map<String, Long> values = new TreeMap<>();
        final Set<String> twice = new HashSet<>();
        counters.reader().forEach((value, id, label) ->
        {
            if (values.put(label, value) != null)
            {
                twice.add(label);
            }
        });

        assertEquals(Set.of(), twice);
        assertEquals(1, values.get("decap.dropped.unknown-vni"));
        assertEquals(0, values.get("encap.dropped.unknown-vni"));
        assertTrue(values.containsKey("encap.vni-1.frames"));
        assertEquals(
            2L * (DropReason.count() - 1),
            values.keySet().stream().filter(label -> label.contains(".dropped.")).count());
    }

    @Test
    void shouldCountReasonsOfTheApplicationAsItsOwn()
    {
        final DropReason before = DropReason.custom("test-before");
        final EngineCounters counters = new EngineCounters(2, 4, 4, 2, SystemNanoClock.INSTANCE);
        final DropReason after = DropReason.custom("test-after");
        counters.encap().onDropped(before, 1, 0, 0, 2, FRAME, 0, FRAME.capacity());
        counters.decap(1).onDropped(after, 1, 0, 0, 3, FRAME, 0, FRAME.capacity());

        assertEquals(2, counters.encap().dropped(before));
        assertEquals(3, counters.decap().dropped(after));
        assertEquals(3, counters.decap().dropped());
        assertEquals(1, counters.decap().samples().last(after).size());
        final Map<String, Long> values = new TreeMap<>();
        counters.reader().forEach((value, id, label) -> values.put(label, value));
        assertEquals(2, values.get("encap.dropped.test-before"));
        assertEquals(3, values.get("decap-1.dropped.test-after"));
        counters.decap().ledger().forEach((reason, vni, high, low, count) -> assertSame(after, reason));
    }

    @Test
    void shouldHaveRoomForManySegments()
    {
        final EngineCounters counters = new EngineCounters(1_000, 1, 1, 1, SystemNanoClock.INSTANCE);
        for (int vni = 0; vni < 1_000; vni++)
        {
            counters.newTraffic("encap", 0, "vni-" + vni);
            counters.newTraffic("decap", 0, "vni-" + vni).record(1, 100);
        }

        assertTrue(counters.reader().maxCounterId() >= 4_000);
    }

    @Test
    void shouldSumDropsOfAllReasons()
    {
        final PathCounters path = new EngineCounters(1, 1, 16, 1, SystemNanoClock.INSTANCE).decap();
        path.onIn(1, 10);
        path.onIn(1, 20);
        path.onIn(1, 30);
        path.onDropped(DropReason.OVERSIZE, 1, 0, 0, 1, FRAME, 0, FRAME.capacity());
        path.onDropped(DropReason.PORT_FULL, 1, 0, 0, 1, FRAME, 0, FRAME.capacity());
        path.onAnswered(1);

        assertEquals(60, path.bytesIn());
        assertEquals(2, path.dropped());
        assertEquals(path.framesIn(), path.delivered() + path.answered() + path.dropped());
    }

    @Test
    void shouldCountRemotesApartAndStartAgain()
    {
        final RemoteTraffic remotes = new RemoteTraffic(2);
        remotes.record(RemoteTraffic.UNNUMBERED, 1, 1);
        remotes.record(0, 1, 10);
        remotes.record(1, 1, 100);
        remotes.record(1, 1, 100);
        assertEquals(1, remotes.bytes(RemoteTraffic.UNNUMBERED));
        assertEquals(10, remotes.bytes(0));
        assertEquals(2, remotes.frames(1));
        assertEquals(200, remotes.bytes(1));

        remotes.reset(1);
        assertEquals(0, remotes.frames(1));
        assertEquals(0, remotes.bytes(1));
        assertEquals(1, remotes.frames(0));
    }
}
