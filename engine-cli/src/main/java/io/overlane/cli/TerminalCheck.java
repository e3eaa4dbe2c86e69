// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli;

import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What the standard streams of this process are connected to. */
public final class TerminalCheck
{
    private static final long LIMIT_S = 5;

    private TerminalCheck()
    {
    }

    /**
     * The JDK has no answer that is the same in all versions, so this asks the program {@code test}.
     *
     * @param descriptor 0 for standard input, 1 for output, 2 for errors.
     * @return true if it is a terminal.
     */
    public static boolean isTerminal(final int descriptor)
    {
        try
        {
            final Process process =
                new ProcessBuilder("test", "-t", Integer.toString(descriptor)).inheritIO().start();
            return process.waitFor(LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
        }
        catch (final IOException ex)
        {
            return false;
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /**
     * @param characters that should be printed.
     * @return true if standard output has them.
     */
    public static boolean canPrint(final String characters)
    {
        final String name = Stream.of("stdout.encoding", "sun.stdout.encoding", "native.encoding")
            .map(System::getProperty)
            .filter(Objects::nonNull)
            .findFirst()
            .orElse(Charset.defaultCharset().name());
        return Charset.isSupported(name) && Charset.forName(name).canEncode() &&
            Charset.forName(name).newEncoder().canEncode(characters);
    }
}
