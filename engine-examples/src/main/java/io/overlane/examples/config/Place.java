package io.overlane.examples.config;

/**
 * A line of a configuration file.
 *
 * @param file name of the file, as it was given.
 * @param line 1 for the first.
 */
public record Place(String file, int line)
{
    /**
     * @param message what is wrong here.
     * @return to be thrown; names file and line.
     */
    public IllegalArgumentException problem(final String message)
    {
        return new IllegalArgumentException(this + ": " + message);
    }

    /**
     * @param cause whose message says what is wrong here.
     * @return to be thrown; names file and line.
     */
    public IllegalArgumentException problem(final IllegalArgumentException cause)
    {
        return new IllegalArgumentException(this + ": " + cause.getMessage(), cause);
    }

    @Override
    public String toString()
    {
        return file + ":" + line;
    }
}
