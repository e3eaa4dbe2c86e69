// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin;

import java.util.Locale;

/** How a request ended. The ordinal is the exit code of a command line that asked. */
public enum AdminStatus
{
    /** The body is the answer. */
    OK,

    /** Asked for rightly, and not possible now. */
    REFUSED,

    /** Not asked for rightly. */
    USAGE;

    private static final AdminStatus[] VALUES = values();

    /** @return 0, 1 or 2. */
    public int exitCode()
    {
        return ordinal();
    }

    /**
     * @param word as an answer begins with.
     * @return the status, null if there is none of this name.
     */
    static AdminStatus ofWord(final String word)
    {
        for (final AdminStatus status : VALUES)
        {
            if (status.toString().equals(word))
            {
                return status;
            }
        }
        return null;
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
