package io.overlane.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Options of the underlay: what they take, and what they say to the rest. */
class UnderlayOptionsTest
{
    @Test
    void shouldReadARange()
    {
        assertEquals(new PortRange(49_152, 65_535), PortRange.parse("49152-65535"));
        assertEquals(new PortRange(5000, 5000), PortRange.parse("5000-5000"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5000", "0-5", "5-4", "1-65536", "a-b", "1-2-3", "-5", "5-", "99999999999-5"})
    void shouldRefuseWhatIsNone(final String text)
    {
        assertThrows(IllegalArgumentException.class, () -> PortRange.parse(text));
    }

    @Test
    void shouldSayInOneLineWhatIsWrong()
    {
        assertBadUsage("'7-6' (expected LOW-HIGH within 1-65535)", "--source-ports", "7-6");
        assertBadUsage("with --underlay libc only, not nio", "--source-ports", "50000-50010", "--underlay", "nio");
        assertBadUsage("--threads 3: neither 1 nor 2", "--threads", "3");
        assertBadUsage("--queues 17: outside 1...16", "--queues", "17");
        assertBadUsage("--queues 2: with --underlay libc only, not nio", "--queues", "2", "--underlay", "nio");
        assertBadUsage("--threads 1: with --underlay libc only, not netty", "--threads", "1", "--underlay", "netty");
    }

    private static void assertBadUsage(final String part, final String... options)
    {
        final String[] args = new String[options.length + 1];
        args[0] = "tun-bridge";
        System.arraycopy(options, 0, args, 1, options.length);
        final StringWriter err = new StringWriter();
        assertEquals(OneLineErrors.BAD_USAGE,
            Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), args));
        assertTrue(err.toString().contains(part), err.toString());
        assertEquals(1, err.toString().lines().count());
    }
}
