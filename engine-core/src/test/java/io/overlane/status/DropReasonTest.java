// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Reasons of the engine, and those that an application adds. */
class DropReasonTest
{
    @Test
    void shouldGiveEveryReasonItsOrdinalAndOwnLabel()
    {
        final Set<String> labels = new HashSet<>();
        for (int i = 0; i < DropReason.count(); i++)
        {
            assertEquals(i, DropReason.get(i).ordinal());
            assertTrue(labels.add(DropReason.get(i).label()), DropReason.get(i).label());
        }
        assertSame(DropReason.NONE, DropReason.get(0));
        assertFalse(DropReason.OVERSIZE.isCustom());
    }

    @Test
    void shouldAnswerTheSameReasonForTheSameLabel()
    {
        final DropReason reason = DropReason.custom("test-same");
        assertSame(reason, DropReason.custom("test-same"));
        assertSame(reason, DropReason.get(reason.ordinal()));
        assertTrue(Arrays.asList(DropReason.values()).contains(reason));
        assertTrue(reason.isCustom());
        assertEquals("test-same", reason.toString());
        assertTrue(reason.compareTo(DropReason.FLOOD_COPIES_LIMIT) > 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Upper", "two words", "-a", "a-", "a--b", "under_score", "1st", "oversize", "delivered",
        "a-label-that-is-longer-than-forty-letters"})
    void shouldRefuseLabelsThatOthersCouldNotRead(final String label)
    {
        final String message =
            assertThrows(IllegalArgumentException.class, () -> DropReason.custom(label)).getMessage();
        assertTrue(message.startsWith("'" + label + "'"), message);
    }

    /** In a JVM of its own, because the reasons stay. */
    @Test
    void shouldRefuseMoreReasonsThanThereIsRoomFor() throws Exception
    {
        final Process process = new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java", "-cp", System.getProperty("java.class.path"),
            Many.class.getName()).redirectErrorStream(true).start();
        final List<String> lines = process.inputReader().lines().toList();
        assertEquals(List.of("no room for the drop reason 'reason-32': this JVM has 32 reasons of applications" +
            " already; use one of them"), lines);
    }

    /** Adds reasons until one is refused. */
    static final class Many
    {
        public static void main(final String[] args)
        {
            try
            {
                for (int i = 0; i < 1_000; i++)
                {
                    DropReason.custom("reason-" + i);
                }
            }
            catch (final IllegalStateException ex)
            {
                System.out.println(ex.getMessage());
            }
        }
    }
}
