// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.top;

import io.overlane.cli.TerminalCheck;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * The terminal in which the command runs, with single keys and a screen of its own until it is closed. {@code stty}
 * sets its modes, so that no native code is needed.
 */
final class Terminal implements AutoCloseable
{
    /** Read returns after a tenth of a second without a key. Control-C still ends the program. */
    private static final String[] KEYS = {"-icanon", "-echo", "min", "0", "time", "1"};
    private static final File DEVICE = new File("/dev/tty");
    private static final long STTY_LIMIT_S = 5;
    private static final int USUAL_ROWS = 24;
    private static final int USUAL_COLUMNS = 80;

    private static final String ESCAPE = "\u001b[";
    private static final String BEGIN = ESCAPE + "?1049h" + ESCAPE + "?25l";
    private static final String END = ESCAPE + "?25h" + ESCAPE + "?1049l";
    private static final String HOME = ESCAPE + "H";
    private static final String CLEAR_LINE = ESCAPE + "K";
    private static final String CLEAR_BELOW = ESCAPE + "J";

    private final PrintWriter out;
    private final String modes;
    private final InputStream keys;

    /**
     * Rows and columns.
     */
    record Size(int rows, int columns)
    {
    }

    private Terminal(final PrintWriter out, final String modes, final InputStream keys)
    {
        this.out = out;
        this.modes = modes;
        this.keys = keys;
    }

    /**
     * @param out for the screen.
     * @return the terminal; null if input or output is none, or {@code stty} does not work.
     */
    static @Nullable Terminal open(final PrintWriter out)
    {
        if (!TerminalCheck.isTerminal(0) || !TerminalCheck.isTerminal(1))
        {
            return null;
        }
        final String modes = stty("-g");
        if (modes == null || stty(KEYS) == null)
        {
            return null;
        }
        try
        {
            final Terminal terminal = new Terminal(out, modes, new FileInputStream(DEVICE));
            out.print(BEGIN);
            out.flush();
            return terminal;
        }
        catch (final IOException ex)
        {
            stty(modes);
            return null;
        }
    }

    Size size()
    {
        final String size = stty("size");
        if (size == null || !size.matches("[1-9]\\d{0,4} [1-9]\\d{0,4}"))
        {
            return new Size(USUAL_ROWS, USUAL_COLUMNS);
        }
        final String[] words = size.split(" ");
        return new Size(Integer.parseInt(words[0]), Integer.parseInt(words[1]));
    }

    /** The next key; -1 if none came within a tenth of a second. */
    int key() throws IOException
    {
        return keys.read();
    }

    void show(final List<String> lines)
    {
        out.print(HOME + String.join(CLEAR_LINE + "\r\n", lines) + CLEAR_LINE + CLEAR_BELOW);
        out.flush();
    }

    /** Restore the modes and the former screen. */
    @Override
    public void close()
    {
        out.print(END);
        out.flush();
        stty(modes);
        CloseHelper.quietClose(keys);
    }

    private static @Nullable String stty(final String... arguments)
    {
        final String[] command = new String[arguments.length + 1];
        command[0] = "stty";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try
        {
            final Process process = new ProcessBuilder(command)
                .redirectInput(DEVICE)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
            final String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return process.waitFor(STTY_LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0 ? answer.strip() : null;
        }
        catch (final IOException ex)
        {
            return null;
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
            return null;
        }
    }
}
