// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

/** Others' text in our lines. */
class PrintableTest
{
    @Test
    void shouldLeaveOrdinaryTextAlone()
    {
        assertEquals("peer 10.5.2.0/24 of 192.0.2.2 … naïve", Printable.line("peer 10.5.2.0/24 of 192.0.2.2 … naïve"));
        assertNull(Printable.line(null));
    }

    @Test
    void shouldBeOneLineThatDoesNothingToATerminal()
    {
        assertEquals("a?ready: all is well", Printable.line("a\nready: all is well"));
        assertEquals("a?b?c?d?e?f", Printable.line("a\rb\u001bc\u009bd\u2028e\u202ef"));
    }

    @Test
    void shouldBeCut()
    {
        assertEquals("x".repeat(1000) + "…", Printable.line("x".repeat(1_000_000)));
        assertEquals("x".repeat(1000), Printable.line("x".repeat(1000)));
    }
}
