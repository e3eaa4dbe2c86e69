// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.cli.bridge.plan.FakeHost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A configuration file with anything wrong in it is answered by one line that names a line, whatever it is. */
class BridgeConfigFuzzTest
{
    private static final int MUTANTS = 3000;
    private static final Path EXAMPLE = Path.of("..", "docs", "tun-bridge.yaml");

    private static final List<String> PIECES = List.of(
        "{", "}", "[", "]", ": ", ":", "- ", "\t", "&a ", "*a", "!!int ", "!x ", "---\n", "...\n", "'", "\"", "#", "|",
        ">", "%YAML 9.9\n", "? ", "<<: *a", "\u0000", "\u0007", "\ud83d", "\u2028", "\r", "\n", "~", "null", "-1",
        "1e999", "99999999999999999999", "0x1F", "vlan: 5\n", "  vlan: 9\n", "device: blue\n", "@file", "--mtu", "${x}",
        "%s", ",", "=", "/", "/33", "::", "mac", "segments:\n", "peers: []\n", "true");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void shouldNameALineWhateverIsWrong(final long seed) throws IOException
    {
        final String text = Files.readString(EXAMPLE);
        final SplittableRandom random = new SplittableRandom(seed);
        int refused = 0;
        for (int i = 0; i < MUTANTS / 3; i++)
        {
            String mutant = text;
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--)
            {
                mutant = mutate(mutant, random);
            }
            refused += isRefusedWell(mutant) ? 1 : 0;
        }
        assertTrue(refused > MUTANTS / 10, "hardly anything was wrong: " + refused);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{a: ", "- ", "? ", "!!x ", "&a [*a, "})
    void shouldRefuseWhatIsTooDeep(final String piece)
    {
        final String deep = piece.repeat(100_000);
        final String message = assertThrows(IllegalArgumentException.class,
            () -> BridgeConfig.parse("deep.yaml", deep, new FakeHost())).getMessage();
        assertTrue(message.startsWith("deep.yaml:1: "), message.substring(0, Math.min(200, message.length())));
        assertTrue(message.length() < 1000, "so long: " + message.length());
    }

    private static boolean isRefusedWell(final String mutant)
    {
        try
        {
            BridgeConfig.parse("fuzz.yaml", mutant, new FakeHost());
            return false;
        }
        catch (final IllegalArgumentException ex)
        {
            final String message = ex.getMessage();
            assertTrue(message.matches("(?s)fuzz\\.yaml:[1-9]\\d*: .+"), () -> message + "\n" + mutant);
            assertEquals(1, message.lines().count(), () -> message + "\n" + mutant);
            assertFalse(message.matches("(?s).*(Exception|java\\.|io\\.overlane|For input string|org\\.snake).*"),
                () -> message + "\n" + mutant);
            return true;
        }
        catch (final RuntimeException | StackOverflowError ex)
        {
            throw new AssertionError("not an answer to:\n" + mutant, ex);
        }
    }

    private static String mutate(final String text, final SplittableRandom random)
    {
        final int at = random.nextInt(text.length() + 1);
        final int end = Math.min(text.length(), at + random.nextInt(6));
        final String piece = PIECES.get(random.nextInt(PIECES.size()));
        return switch (random.nextInt(6))
        {
            case 0 -> text.substring(0, at) + piece + text.substring(at);
            case 1 -> text.substring(0, at) + piece + text.substring(end);
            case 2 -> text.substring(0, at) + text.substring(end) + " ";
            case 3 -> text.substring(0, at) + (char)random.nextInt(32, 127) + text.substring(end);
            default -> moveLines(text, random);
        };
    }

    private static String moveLines(final String text, final SplittableRandom random)
    {
        final List<String> lines = new ArrayList<>(List.of(text.split("\n", -1)));
        final int from = random.nextInt(lines.size());
        final int to = random.nextInt(lines.size());
        switch (random.nextInt(4))
        {
            case 0 -> Collections.swap(lines, from, to);
            case 1 -> lines.add(to, lines.get(from));
            case 2 -> lines.remove(from);
            default -> lines.set(from, " ".repeat(random.nextInt(5)) + lines.get(from).strip());
        }
        return String.join("\n", lines) + "\n";
    }
}
