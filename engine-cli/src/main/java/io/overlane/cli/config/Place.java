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
    /** More characters of a message tell nobody anything. */
    private static final int LONGEST = 500;

    /**
     * @param message what is wrong here.
     * @return to be thrown; names file and line.
     */
    public IllegalArgumentException problem(final String message)
    {
        return new IllegalArgumentException(this + ": " + oneLine(message));
    }

    /**
     * @param cause whose message says what is wrong here.
     * @return to be thrown; names file and line.
     */
    public IllegalArgumentException problem(final IllegalArgumentException cause)
    {
        return new IllegalArgumentException(this + ": " + oneLine(cause.getMessage()), cause);
    }

    /** A value that is quoted may be of many lines, and hold anything. */
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
