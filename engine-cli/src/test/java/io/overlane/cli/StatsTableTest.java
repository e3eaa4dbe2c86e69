// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.engine.OverlayEngine;
import io.overlane.engine.ThreadingMode;
import io.overlane.memory.MemoryBuffer;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.testkit.LoopbackPort;
import io.overlane.testkit.UnderlayPair;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a person sees of an engine's counters. */
class StatsTableTest
{
    private static final long SECOND_NS = 1_000_000_000L;
    private static final Vtep REMOTE = Vtep.parse("192.0.2.2", 8472);

    private final UnderlayPair pair = new UnderlayPair(Vtep.parse("192.0.2.1", 8472), REMOTE);
    private final LoopbackPort port = new LoopbackPort("test", 1450, 16);
    private final OverlayEngine engine = OverlayEngine.launch(new EngineContext()
        .threadingMode(ThreadingMode.INVOKER)
        .underlay(pair.left())
        .segment(new SegmentContext(1).port(port).fdb(MacAddress.parse("02:00:00:00:00:02"), REMOTE)));
    private final StringWriter text = new StringWriter();
    private final PrintWriter out = new PrintWriter(text);

    @AfterEach
    void close()
    {
        engine.close();
        pair.close();
    }

    @Test
    void shouldPrintZerosBeforeTheFirstFrame()
    {
        new StatsTable(engine, 0).printTotals(out, 90 * SECOND_NS);

        assertEquals(
            List.of(
                "",
                "  totals after 90 s",
                "                  frames in    delivered     answered      dropped          bytes",
                "    encap                 0            0            0            0              0",
                "    decap                 0            0            0            0              0"),
            text.toString().lines().toList());
    }

    @Test
    void shouldPrintTotalsAndDrops()
    {
        final StatsTable table = new StatsTable(engine, 0);
        put(3, "02:00:00:00:00:02", 100);
        put(2, "02:00:00:00:00:03", 60);
        engine.doWork();

        table.printTotals(out, 2 * SECOND_NS);

        assertEquals(
            List.of(
                "",
                "  totals after 2 s",
                "                  frames in    delivered     answered      dropped          bytes",
                "    encap                 5            3            0            2            300",
                "    decap                 0            0            0            0              0",
                "  remotes                         frames sent          bytes     received          bytes",
                "    192.0.2.2:8472                         3            300            0              0",
                "  dropped since the start",
                "    encap  no-destination                    2  VNI 1"),
            text.toString().lines().toList());
    }

    @Test
    void shouldPrintRatesSinceTheLastTable()
    {
        final StatsTable table = new StatsTable(engine, 0);
        put(4, "02:00:00:00:00:02", 125);
        engine.doWork();
        table.printRates(out, 2 * SECOND_NS);
        final List<String> first = text.toString().lines().toList();
        text.getBuffer().setLength(0);
        table.printRates(out, 4 * SECOND_NS);

        assertEquals("  per second      frames in    delivered     answered      dropped       Mbit/s", first.get(1));
        assertEquals("    encap                 2            2            0            0          0.0", first.get(2));
        assertEquals(4, first.size());
        assertEquals(
            "    encap                 0            0            0            0          0.0",
            text.toString().lines().toList().get(2));
    }

    @Test
    void shouldPrintMegabitsPerSecond()
    {
        final StatsTable table = new StatsTable(engine, 0);
        engine.counters().decap().onIn(1000, 1_400_000);
        engine.counters().decap().onDelivered(engine.counters().newTraffic("decap", 0, "test"), 1000, 1_400_000);

        table.printRates(out, SECOND_NS / 2);

        assertTrue(
            text.toString().contains(
                "    decap              2000         2000            0            0         22.4"),
            text.toString());
    }

    @Test
    void shouldSurviveTwoTablesAtOneTime()
    {
        final StatsTable table = new StatsTable(engine, 7);
        table.printRates(out, 7);
        assertFalse(text.toString().contains("NaN"), text.toString());
    }

    @Test
    void shouldNameTheRemoteOfADropAndSortByCount()
    {
        drop(DropReason.UNKNOWN_VNI, 9, 5);
        drop(DropReason.SHORT_HEADER, DropLedger.NO_VNI, 70);

        new StatsTable(engine, 0).printTotals(out, 0);

        final List<String> lines = text.toString().lines().toList();
        assertEquals(
            List.of(
                "  dropped since the start",
                "    decap  short-header                     70  192.0.2.2",
                "    decap  unknown-vni                       5  VNI 9  192.0.2.2"),
            lines.subList(5, lines.size()));
    }

    @Test
    void shouldLeaveTheRarestDropsOutUntilTheEnd()
    {
        for (int vni = 1; vni <= 15; vni++)
        {
            drop(DropReason.UNKNOWN_VNI, vni, vni);
        }

        new StatsTable(engine, 0).printRates(out, 0);

        final String table = text.toString();
        assertTrue(table.contains("15  VNI 15  "), table);
        assertTrue(table.contains(" 4  VNI 4  "), table);
        assertFalse(table.contains("  VNI 3  "), table);
        assertTrue(table.stripTrailing().endsWith("    and 3 more kinds"), table);

        text.getBuffer().setLength(0);
        new StatsTable(engine, 0).printTotals(out, 0);
        assertTrue(text.toString().contains("  VNI 3  ") && !text.toString().contains("more kinds"), text.toString());
    }

    private void put(final int frames, final String destination, final int length)
    {
        final byte[] frame = new byte[length];
        final long mac = MacAddress.parse(destination).value();
        for (int i = 0; i < 6; i++)
        {
            frame[i] = (byte)(mac >>> (40 - 8 * i));
        }
        frame[6] = 2;
        frame[12] = (byte)0x88;
        frame[13] = (byte)0xB5;
        for (int i = 0; i < frames; i++)
        {
            assertTrue(port.put(frame));
        }
    }

    private void drop(final DropReason reason, final int vni, final int frames)
    {
        engine.counters().decap().onIn(frames, 1);
        engine.counters().decap().onDropped(
            reason, vni, REMOTE.address().high(), REMOTE.address().low(), frames,
            new MemoryBuffer(new byte[60]), 0, 60);
    }
}
