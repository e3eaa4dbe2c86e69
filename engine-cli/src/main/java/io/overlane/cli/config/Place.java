// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.config;

/**
 * A line of a configuration file.
 *
 * @param file name of the file, as it was given.
 * @param line 1 for the first.
 */
public record Place(String file, int line)
{
    /** Messages are cut after this number of characters. */
    private static final int LONGEST = 500;

    /**
     * @param message what is wrong here.
     * @return an exception with file and line, to be thrown.
     */
    public IllegalArgumentException problem(final String message)
    {
        return new IllegalArgumentException(this + ": " + oneLine(message));
    }

    /**
     * @param cause whose message says what is wrong here.
     * @return an exception with file and line, to be thrown.
     */
    public IllegalArgumentException problem(final IllegalArgumentException cause)
    {
        return new IllegalArgumentException(this + ": " + oneLine(String.valueOf(cause.getMessage())), cause);
    }

    /** A quoted value may have many lines and any characters. */
    private static String oneLine(final String message)
    {
        final String line = message.strip().replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ");
        return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
    }

    @Override
    public String toString()
    {
        return file + ":" + line;
    }
}
