// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.Vtep;
import io.overlane.cli.OneLineErrors;
import io.overlane.examples.Main;
import io.overlane.testkit.FaultyUnderlay;
import io.overlane.testkit.UnderlayPair;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The demonstration works, and says so when something does not. */
@Timeout(60)
class DemoTest
{
    private static final long SEND_NS = TimeUnit.MILLISECONDS.toNanos(50);

    private final StringWriter out = new StringWriter();
    private final UnderlayPair pair = new UnderlayPair(Vtep.parse("192.0.2.1", 8472), Vtep.parse("192.0.2.2", 8472));

    @Test
    void shouldRunOverLoopback()
    {
        final StringWriter err = new StringWriter();
        final int exitCode = Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute("demo", "--seconds", "1");
        final String said = out.toString();

        assertEquals("", err.toString());
        assertEquals(0, exitCode, said);
        for (final String sentence : new String[] {
            "Station left: 10.99.0.1, 02:00:00:00:00:01, behind an engine on UDP 127.0.0.1:",
            "Station right: 10.99.0.2, 02:00:00:00:00:02, behind an engine on UDP 127.0.0.1:",
            "ARP: left asks everybody for 10.99.0.2; its own engine answers 02:00:00:00:00:02",
            "Ping: left pings right, 5 of 5 answered",
            "Stream: left sends frames of 1400 bytes to right as fast as they go, for 1 s.",
            "  0 frames with other contents than were sent",
            "Losses: ",
            "Engine left:",
            "Engine right:"})
        {
            assertTrue(said.contains(sentence), () -> "not said: " + sentence + "\n" + said);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        --frob            | unknown option '--frob' (try overlane demo --help)
        frob              | unexpected argument 'frob' (try overlane demo --help)
        --seconds x       | Invalid value for option '--seconds': 'x' is not a number (try overlane demo --help)
        --seconds 0       | --seconds 0: outside 1...3600 (try overlane demo --help)
        --seconds 3601    | --seconds 3601: outside 1...3600 (try overlane demo --help)
        """)
    void shouldSayInOneLineWhatIsWrong(final String arguments, final String message)
    {
        final StringWriter err = new StringWriter();
        final int exitCode = Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(("demo " + arguments).split(" "));
        assertEquals("overlane: " + message, err.toString().strip());
        assertEquals("", out.toString());
        assertEquals(OneLineErrors.BAD_USAGE, exitCode);
    }

    @Test
    void shouldRunOverAnyUnderlay() throws IOException
    {
        demo(5_000).run(pair.left(), pair.right());
        assertTrue(out.toString().contains("  totals after "), out.toString());
    }

    @Test
    void shouldFailIfNothingArrives()
    {
        final FaultyUnderlay deaf = faulty(pair.right()).loss(1);
        assertFailure("ping: request 1 did not arrive at right", pair.left(), deaf);
    }

    @Test
    void shouldFailIfNothingComesBack()
    {
        final FaultyUnderlay deaf = faulty(pair.left()).loss(1);
        assertFailure("ping: reply 1 did not arrive at left", deaf, pair.right());
    }

    @Test
    void shouldFailIfContentsChange()
    {
        // Of this seed's chances the first five, for the pings, are good.
        final FaultyUnderlay bad = faulty(pair.right()).corruption(0.1);
        final IOException error = assertThrows(IOException.class, () -> demo(5_000).run(pair.left(), bad));
        final String message = error.getMessage();
        assertTrue(message.endsWith(" frames arrived with other contents than were sent"), message);
        assertTrue(out.toString().contains("  totals after "), "says all it knows before it fails");
    }

    @Test
    void shouldNameFramesLostOnTheWay() throws IOException
    {
        // As above.
        demo(5_000).run(pair.left(), faulty(pair.right()).loss(0.1));
        assertTrue(out.toString().contains(" frames lost on the way"), out.toString());
    }

    @Test
    void shouldFailIfASocketBreaks() throws IOException
    {
        final Demo demo = demo(5_000);
        demo.onError(new IOException("cannot receive\non 127.0.0.1:1"));
        demo.onError(new IOException("another thing"));
        final IOException error = assertThrows(IOException.class, () -> demo.run(pair.left(), pair.right()));
        assertEquals("cannot receive; on 127.0.0.1:1", error.getMessage());
    }

    private void assertFailure(final String message, final Underlay left, final Underlay right)
    {
        final IOException error = assertThrows(IOException.class, () -> demo(1_500).run(left, right));
        assertEquals(message, error.getMessage());
    }

    private Demo demo(final long timeoutMs)
    {
        return new Demo(new PrintWriter(out), new PrintWriter(out), SEND_NS, TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    }

    private static FaultyUnderlay faulty(final Underlay underlay)
    {
        return new FaultyUnderlay(underlay, 1, System::nanoTime);
    }
}
