// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.testdata.Hex;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reads recordings as {@code kernel/ORIGIN.md} says they are written. */
class KernelCasesTest
{
    private static final String TEXT = """
        # A remark.

        [tx]

        case one
        device id 42 local 10.99.0.1 tos 0x48 srcport 50000 50010
        before fdb add 02:00:00:00:00:01 dst 10.99.0.2
        before fdb add 02:00:00:00:00:02 dst 10.99.0.2
        sent 0102 ff*3 03
        packets tx.pcap 5-7

        case two
        dropped NO_SOCKET OTHER

        case three
        dropped
        """;

    @Test
    void shouldReadWhatIsWritten()
    {
        final List<KernelCase> cases = KernelCases.parse(TEXT);
        assertEquals(3, cases.size());
        final KernelCase one = cases.get(0);
        assertEquals("[tx] one", one.toString());
        assertEquals(42, one.number("id", 0));
        assertEquals(0x48, one.number("tos", 0));
        assertEquals(7, one.number("ttl", 7));
        assertEquals("50010", one.option("srcport", 2));
        assertFalse(one.has("ttl"));
        assertEquals(2, one.all("before").size());
        assertThrows(IllegalStateException.class, () -> one.one("before"));
        assertArrayEquals(Hex.parse("0102ffffff03"), one.frame("sent"));
        assertEquals("tx.pcap", one.capture());
        assertEquals(5, one.firstPacket());
        assertEquals(7, one.lastPacket());
        assertFalse(one.isDropped());

        assertEquals(List.of("NO_SOCKET", "OTHER"), cases.get(1).dropReasons());
        assertNull(cases.get(1).capture());
        assertTrue(cases.get(2).isDropped());
        assertEquals(List.of(), cases.get(2).dropReasons());
    }

    @Test
    void shouldRefuseTwoCasesOfOneName()
    {
        assertThrows(IllegalStateException.class, () -> KernelCases.parse("[a]\ncase b\ncase b\n"));
    }

    @Test
    void shouldHaveTheCapturesItsCasesName() throws IOException
    {
        for (final KernelCase kernel : KernelCases.all())
        {
            if (kernel.capture() != null)
            {
                try (InputStream capture = KernelCases.open(kernel.capture()))
                {
                    assertTrue(capture.readAllBytes().length > 24, kernel.toString());
                }
            }
        }
        assertThrows(IllegalArgumentException.class, () -> KernelCases.open("none.pcap"));
    }
}
