// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines while there is room for them, and right totals when there is none. */
class DropLedgerTest
{
    @Test
    void shouldTellReasonVniAndRemoteApart()
    {
        final DropLedger ledger = new DropLedger(16);
        ledger.record(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, 0, 7, 1);
        ledger.record(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, 0, 7, 1);
        ledger.record(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, 7, 0, 1);
        ledger.record(DropReason.RESERVED_BITS, 0, 0, 7, 1);
        ledger.record(DropReason.RESERVED_BITS, 0xFF_FFFF, 0, 7, 1);

        assertEquals(
            Map.of(
                "unknown-vni -1 0 7", 2L,
                "unknown-vni -1 7 0", 1L,
                "reserved-bits 0 0 7", 1L,
                "reserved-bits 16777215 0 7", 1L),
            lines(ledger));
    }

    @Test
    void shouldCountUnderReasonAloneWhenFull()
    {
        final DropLedger ledger = new DropLedger(2);
        ledger.record(DropReason.OVERSIZE, 1, 0, 1, 1);
        ledger.record(DropReason.OVERSIZE, 1, 0, 2, 1);
        assertEquals(0, ledger.framesWithoutLine());
        for (int i = 3; i < 1_000; i++)
        {
            ledger.record(DropReason.OVERSIZE, 1, 0, i, 1);
            ledger.record(DropReason.PORT_FULL, 2, 0, i, 1);
        }
        ledger.record(DropReason.OVERSIZE, 1, 0, 2, 1);
        assertEquals(997 + 996, ledger.framesWithoutLine());

        assertEquals(
            Map.of(
                "oversize 1 0 1", 1L,
                "oversize 1 0 2", 2L,
                "oversize -1 0 0", 997L,
                "port-full 2 0 3", 1L,
                "port-full -1 0 0", 996L),
            lines(ledger));
    }

    /** Whatever the mixture of reasons, and exactly so many of one alone. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 100, 4_096, 4_097})
    void shouldTellApartWhatItSays(final int maxLines)
    {
        final DropLedger alone = new DropLedger(maxLines);
        for (int i = 0; i < maxLines; i++)
        {
            alone.record(DropReason.OVERSIZE, 1, 1, i, 1);
        }
        assertEquals(0, alone.framesWithoutLine());
        assertEquals(maxLines, lines(alone).size());
        alone.record(DropReason.OVERSIZE, 1, 2, 0, 1);
        assertEquals(1, alone.framesWithoutLine());
        assertEquals(1L, lines(alone).get("oversize -1 0 0"));

        final Random random = new Random(maxLines);
        final DropLedger mixed = new DropLedger(maxLines);
        for (int i = 0; i < maxLines; i++)
        {
            // Some reasons are much more frequent than others.
            final int reason = 1 + (int)(random.nextDouble() * random.nextDouble() * (DropReason.count() - 1));
            mixed.record(DropReason.get(reason), 1, 1, i, 1);
        }
        assertEquals(0, mixed.framesWithoutLine());
        assertEquals(maxLines, lines(mixed).size());
    }

    /** A sender that makes up addresses spoils the detail of its own reason, not that of others. */
    @Test
    void shouldLeaveLinesForOtherReasons()
    {
        final DropLedger ledger = new DropLedger(300);
        for (int i = 1; i <= 10_000; i++)
        {
            ledger.record(DropReason.UNKNOWN_VNI, DropLedger.NO_VNI, i, i, 1);
        }
        for (int i = 1; i <= 10; i++)
        {
            ledger.record(DropReason.OVERSIZE, 1, 0, i, 1);
        }

        final Map<String, Long> lines = lines(ledger);
        assertEquals(9_700L, lines.get("unknown-vni -1 0 0"));
        for (int i = 1; i <= 10; i++)
        {
            assertEquals(1L, lines.get("oversize 1 0 " + i));
        }
    }

    @Test
    void shouldHoldEveryReasonEvenWithoutLines()
    {
        final DropLedger ledger = new DropLedger(0);
        for (int ordinal = 1; ordinal < DropReason.count(); ordinal++)
        {
            ledger.record(DropReason.get(ordinal), ordinal, 1, 2, 1);
            ledger.record(DropReason.get(ordinal), ordinal + 1, 3, 4, 1);
        }

        final Map<String, Long> lines = lines(ledger);
        assertEquals(DropReason.count() - 1, lines.size());
        lines.forEach((line, count) -> assertEquals(2, count, line));
    }

    @Test
    void shouldTakeNoneLineForOverflowOfItsReason()
    {
        final DropLedger ledger = new DropLedger(1);
        ledger.record(DropReason.OVERSIZE, DropLedger.NO_VNI, 0, 0, 1);
        ledger.record(DropReason.OVERSIZE, 5, 0, 0, 1);

        assertEquals(Map.of("oversize -1 0 0", 2L), lines(ledger));
    }

    private static Map<String, Long> lines(final DropLedger ledger)
    {
        final Map<String, Long> lines = new TreeMap<>();
        ledger.forEach((reason, vni, high, low, count) ->
            lines.put(reason.label() + " " + vni + " " + high + " " + low, count));
        return lines;
    }
}
